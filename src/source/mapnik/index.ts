import { z } from 'zod';
import { ConfigError } from '../../http/errors.ts';
import { defineSource } from '../contract.ts';
import { commonSourceOptions } from '../options.ts';

const options = z.object({
  ...commonSourceOptions,
  mapfile: z.string(),
  layers: z.unknown().optional(),
  transparent: z.boolean().optional(),
  scale_factor: z.number().optional(),
  multithreaded: z.boolean().optional(),
  use_mapnik2: z.boolean().optional(),
});

/** MapProxy renders these itself, through a library that exists for Python alone (row SRC-62). */
export default defineSource<z.infer<typeof options>>({
  type: 'mapnik',
  options,
  build() {
    throw new ConfigError(
      'mapnik sources are not supported: there is no Mapnik for this program; put a WMS or tile server in front of ' +
        'the map file (MapServer, mod_tile) and use a source of type wms, mapserver or tile',
    );
  },
});

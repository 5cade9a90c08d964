import type { Bbox } from '../grid/types.ts';
import type { Raster } from '../image/raster.ts';

/** Whose pictures a hook may change (row AUTH-08); MapProxy does not ask for those of KML. */
export type DecoratedService = 'wms.map' | 'tms' | 'wmts' | 'ogcapi.map';

/**
 * A hook that changes a picture before it is sent (rows AUTH-08, AUTH-09): a seal, a border, a client's name. `environ`
 * and `queryExtent` are as for `Authorize`. What it gives back must be a picture; the same one, changed in place, will do.
 */
export type Decorate = (
  image: Raster,
  service: DecoratedService,
  layers: readonly string[],
  environ: Readonly<Record<string, string>>,
  queryExtent: readonly [srs: string, bbox: Bbox] | undefined,
) => Raster | Promise<Raster>;

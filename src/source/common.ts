import type { Bbox, Size } from '../grid/types.ts';
import { SourceError } from '../http/errors.ts';
import { blankRaster, type Raster } from '../image/raster.ts';
import type { Srs } from '../srs/srs.ts';
import type { Source, SourceImage } from './contract.ts';
import type { CommonSourceOptions } from './options.ts';
import { ResolutionRange } from './resolution-range.ts';

/** What every kind of source can be told, put around one (section 6.1 of the behaviour rows). */
export function withCommonOptions(source: Source, options: CommonSourceOptions): Source {
  const range = ResolutionRange.of(options);
  const { seed_only: seedOnly, on_error: onError } = options;
  if (range === undefined && !seedOnly && onError === undefined) return source;

  const ask = async (
    area: { readonly bbox: Bbox; readonly size: Size; readonly srs: Srs },
    fetch: () => Promise<SourceImage | null>,
  ): Promise<SourceImage | null> => {
    // Tiles of such a source are made beforehand; what is missing stays missing (row SRC-02).
    if (seedOnly) return null;
    if (range?.contains(area.bbox, area.size, area.srs) === false) return null;
    if (onError === undefined) return fetch();
    try {
      return await fetch();
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      const answer = onError[String(error.sourceStatus)] ?? onError.other;
      if (answer === undefined) throw error;
      return { raster: blank(area.size, answer.response), cacheable: answer.cache };
    }
  };

  if (source.kind === 'map') {
    return { ...partsOf(source), kind: 'map', getMap: (query) => ask(query, () => source.getMap(query)) };
  }
  const { grid } = source;
  return {
    ...partsOf(source),
    kind: 'tiles',
    grid,
    getTile: async (coord, format, signal) => {
      if (!grid.contains(coord)) return null;
      const area = { bbox: grid.tileBbox(coord), size: grid.tileSize, srs: grid.srs };
      return ask(area, () => source.getTile(coord, format, signal));
    },
  };
}

function partsOf({ name, image, extent }: Source): Pick<Source, 'name' | 'image' | 'extent'> {
  return { name, image, extent };
}

type ErrorColor = NonNullable<CommonSourceOptions['on_error']>[string]['response'];

/** A picture of one colour, of full alpha unless that is given too (row SRC-06). */
function blank(size: Size, color: ErrorColor): Raster {
  const [red, green, blue, alpha = 255] = color === 'transparent' ? [255, 255, 255, 0] : color;
  const raster = blankRaster(size);
  raster.data.fill(Buffer.from([red, green, blue, alpha]));
  return { ...raster, opaque: alpha === 255 };
}

import type { Coverage } from '../coverage/contract.ts';
import type { Bbox, Size } from '../grid/types.ts';
import { SourceError } from '../http/errors.ts';
import { clipByRings } from '../image/clip.ts';
import { blankRaster, type Raster } from '../image/raster.ts';
import { getLogger } from '../log.ts';
import type { Srs } from '../srs/srs.ts';
import type { InfoSource, MapSource, Source, SourceImage, SourceQuery, TiledSource } from './contract.ts';
import { rasterOf } from './image-answer.ts';
import type { CommonSourceOptions } from './options.ts';
import { ResolutionRange } from './resolution-range.ts';
import { pointOf } from './server-point.ts';

const log = getLogger('mapproxy.source');

/** What every kind of source can be told, put around one (section 6.1 of the behaviour rows). */
export function withCommonOptions(source: Source, options: CommonSourceOptions, coverage?: Coverage): Source {
  const limits = Limits.of(options, coverage);
  // Sources that go together with others are all alike, so that a limit of one is seen.
  if (limits.areNone && (source.kind === 'tiles' || source.combineWith === undefined)) return source;
  return source.kind === 'map' ? new LimitedMapSource(source, limits) : limitTiles(source, limits);
}

/** Feature info is asked for only where the source has something (row SRC-37). */
export function withInfoCoverage(source: InfoSource, coverage: Coverage | undefined): InfoSource {
  if (coverage === undefined) return source;
  return {
    name: source.name,
    async getFeatureInfo(query) {
      return coverage.containsPoint(pointOf(query), query.srs) ? source.getFeatureInfo(query) : null;
    },
  };
}

interface Area {
  readonly bbox: Bbox;
  readonly size: Size;
  readonly srs: Srs;
}

type ErrorAnswer = NonNullable<CommonSourceOptions['on_error']>[string];

interface LimitParts {
  readonly range: ResolutionRange | undefined;
  readonly coverage: Coverage | undefined;
  readonly seedOnly: boolean;
  readonly onError: CommonSourceOptions['on_error'];
  /** Same for sources with the same coverage and answers to errors. */
  readonly key: string;
}

/** When a source is asked at all, and what stands in when it fails. */
class Limits {
  readonly #parts: LimitParts;

  private constructor(parts: LimitParts) {
    this.#parts = parts;
  }

  static of(options: CommonSourceOptions, coverage: Coverage | undefined): Limits {
    return new Limits({
      range: ResolutionRange.of(options),
      coverage,
      seedOnly: options.seed_only,
      onError: options.on_error,
      key: JSON.stringify([options.coverage, options.on_error]),
    });
  }

  get areNone(): boolean {
    const { range, coverage, seedOnly, onError } = this.#parts;
    return range === undefined && coverage === undefined && !seedOnly && onError === undefined;
  }

  get coverage(): Coverage | undefined {
    return this.#parts.coverage;
  }

  isLike(other: Limits): boolean {
    return this.#parts.key === other.#parts.key;
  }

  withoutRange(): Limits {
    return new Limits({ ...this.#parts, range: undefined });
  }

  contain({ bbox, size, srs }: Area): boolean {
    // Tiles of such a source are made beforehand; what is missing stays missing (row SRC-02).
    const { seedOnly, range, coverage } = this.#parts;
    if (seedOnly || range?.contains(bbox, size, srs) === false) return false;
    return coverage?.intersects(bbox, srs) ?? true;
  }

  /** Whether an answer to an error lets through what lies below. */
  get mayFailTransparent(): boolean {
    return Object.values(this.#parts.onError ?? {}).some(
      ({ response }) => response === 'transparent' || response.length > 3,
    );
  }

  async ask(area: Area, fetch: () => Promise<SourceImage | null>): Promise<SourceImage | null> {
    if (!this.contain(area)) return null;
    const { coverage } = this;
    const image = await this.#orErrorAnswer(area.size, fetch);
    if (image === null || coverage?.clip !== true || coverage.contains(area.bbox, area.srs)) return image;
    const rings = coverage.maskPolygons(area.bbox, area.srs, area.size);
    return { ...image, body: undefined, raster: await clipByRings(await rasterOf(image), rings) };
  }

  async #orErrorAnswer(size: Size, fetch: () => Promise<SourceImage | null>): Promise<SourceImage | null> {
    const { onError } = this.#parts;
    if (onError === undefined) return fetch();
    try {
      return await fetch();
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      const answer = onError[String(error.sourceStatus)] ?? onError.other;
      if (answer === undefined) throw error;
      log.warn({ detail: error.detail }, error.message);
      const { cache: cacheable, authorize_stale: authorizeStale } = answer;
      return { raster: blank(size, answer.response), cacheable, authorizeStale };
    }
  }
}

class LimitedMapSource implements MapSource {
  readonly kind = 'map';
  readonly name: MapSource['name'];
  readonly image: MapSource['image'];
  readonly extent: MapSource['extent'];
  readonly singleTiles: MapSource['singleTiles'];
  readonly #source: MapSource;
  readonly #limits: Limits;

  constructor(source: MapSource, limits: Limits) {
    this.name = source.name;
    this.image = source.image;
    this.extent = limits.coverage ?? source.extent;
    this.singleTiles = source.singleTiles;
    this.#source = source;
    this.#limits = limits;
  }

  getMap(query: SourceQuery): Promise<SourceImage | null> {
    return this.#limits.ask(query, () => this.#source.getMap(query));
  }

  isOpaque(query: SourceQuery): boolean {
    const limits = this.#limits;
    if (limits.mayFailTransparent || !limits.contain(query)) return false;
    return (limits.coverage?.contains(query.bbox, query.srs) ?? true) && (this.#source.isOpaque?.(query) ?? false);
  }

  combineWith(upper: MapSource, query: SourceQuery): MapSource | undefined {
    if (!(upper instanceof LimitedMapSource) || !upper.#limits.isLike(this.#limits)) return undefined;
    if (!this.#limits.contain(query) || !upper.#limits.contain(query)) return undefined;
    const combined = this.#source.combineWith?.(upper.#source, query);
    return combined === undefined ? undefined : new LimitedMapSource(combined, this.#limits.withoutRange());
  }
}

function limitTiles(source: TiledSource, limits: Limits): TiledSource {
  const { grid } = source;
  return {
    kind: 'tiles',
    name: source.name,
    image: source.image,
    extent: limits.coverage ?? source.extent,
    grid,
    getTile: async (coord, query) => {
      if (!grid.contains(coord)) return null;
      const area = { bbox: grid.tileBbox(coord), size: grid.tileSize, srs: grid.srs };
      return limits.ask(area, () => source.getTile(coord, query));
    },
  };
}

/** A picture of one colour, of full alpha unless that is given too (row SRC-06). */
function blank(size: Size, color: ErrorAnswer['response']): Raster {
  const [red, green, blue, alpha = 255] = color === 'transparent' ? [255, 255, 255, 0] : color;
  const raster = blankRaster(size);
  raster.data.fill(Buffer.from([red, green, blue, alpha]));
  return { ...raster, opaque: alpha === 255 };
}

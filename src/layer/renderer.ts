import { type CacheQuery, type DrawOptions, drawFromCache, singleTile } from '../cache/cache-map.ts';
import { mapLimited } from '../cache/limited.ts';
import { resolutionOf } from '../grid/bbox.ts';
import { SourceError } from '../http/errors.ts';
import { clipByRings } from '../image/clip.ts';
import { encodeImage } from '../image/encode.ts';
import { formatExtension } from '../image/format.ts';
import { mergeLayers, onBackground, withOpacity } from '../image/merge.ts';
import { withAttribution, withMessage } from '../image/message.ts';
import { type GlobalImageOptions, imageSettings } from '../image/options.ts';
import { blankRaster, type Raster } from '../image/raster.ts';
import { resample } from '../image/resample.ts';
import { getLogger } from '../log.ts';
import type { MapSource, SourceQuery } from '../source/contract.ts';
import { rasterOf } from '../source/image-answer.ts';
import { waitingFor } from '../waiting.ts';
import type { MapLayer, MapOutput, MapQuery, MapRenderer, RenderedMap } from './contract.ts';
import { dimensionValues } from './dimensions.ts';
import { fewerRequests } from './fewer-requests.ts';
import { LimitedMapLayer } from './limited-layer.ts';
import { type CacheDrawable, ConfiguredMapLayer, type Drawable } from './map-layer.ts';

const log = getLogger('mapproxy.source');

/** Asked of sources that have no format of their own: nothing is lost in it. */
const SOURCE_FORMAT = 'image/png';

export interface RendererOptions extends DrawOptions {
  readonly image: GlobalImageOptions;
  /** Row GLB-07; undefined: that of the fonts that come along. */
  readonly fontDirectory?: string | undefined;
  /** Layers of one map drawn at the same time; undefined: all (row WMS-29). */
  readonly concurrency?: number | undefined;
}

/** A drawable's part of the picture; null: nothing there. */
type Drawn = { readonly raster: Raster; readonly cacheable: boolean } | null;

/** Draws layers over each other and encodes the result (rows IMG-11, IMG-12, WMS-28, WMS-30). */
export class LayerRenderer implements MapRenderer {
  readonly #options: RendererOptions;

  constructor(options: RendererOptions) {
    this.#options = options;
  }

  async render(layers: readonly MapLayer[], query: MapQuery, output: MapOutput): Promise<RenderedMap> {
    const drawables = layers.flatMap(drawablesOf);
    const asStored = await this.#storedTile(drawables, query, output);
    if (asStored !== undefined) return asStored;

    const needed = fewerRequests(drawables, { ...query, format: SOURCE_FORMAT });
    const concurrency = this.#options.concurrency ?? Number.POSITIVE_INFINITY;
    const results = await mapLimited(needed, concurrency, (drawable) => settled(this.#draw(drawable, query)));
    const outcome = succeeded(results, output.onSourceErrors ?? 'notify');
    return waitingFor(query.signal, 'drawing', '', this.#finish(outcome, query, output));
  }

  /** The parts over each other, encoded. */
  async #finish({ drawn, errors }: Outcome, query: MapQuery, output: MapOutput): Promise<RenderedMap> {
    const rasters = drawn.flatMap((one) => (one === null ? [] : [one.raster]));
    const merged = await mergeLayers(rasters.length === 0 ? [blankRaster(query.size)] : rasters);
    const grounded = output.transparent ? merged : await onBackground(merged, output.background);
    const labelled = await this.#label(grounded, errors, output);
    const finished = (await output.decorate?.(labelled)) ?? labelled;
    // A palette would have to be looked for in a picture of a single colour (row IMG-10).
    const isBlank = finished === grounded && rasters.length === 0;
    const { body, mimeType } = await encodeImage(
      finished,
      imageSettings(this.#options.image, output.format ?? output.mimeType, {
        transparent: output.transparent,
        ...(isBlank && { colors: 0 }),
      }),
      query,
    );
    const cacheable = errors.length === 0 && drawn.every((one) => one?.cacheable ?? true);
    return { body, mimeType, cacheable };
  }

  /** Says what is missing, and whose map it is (rows WMS-30, WMS-33). */
  async #label(map: Raster, errors: readonly SourceError[], { attribution }: MapOutput): Promise<Raster> {
    const { fontDirectory: fonts } = this.#options;
    const problems = errors.map(({ message }) => message).join('\n');
    const told = problems === '' ? map : await withMessage(map, problems, undefined, fonts);
    return attribution === undefined ? told : withAttribution(told, attribution, fonts);
  }

  /** A map that is exactly one stored tile goes out as it is (row IMG-09). */
  async #storedTile(
    drawables: readonly Drawable[],
    query: MapQuery,
    output: MapOutput,
  ): Promise<RenderedMap | undefined> {
    const [only, ...others] = drawables;
    if (output.attribution !== undefined || output.decorate !== undefined) return undefined;
    if (only?.limits !== undefined) return undefined;
    // A stored tile does not say where it is (row WMS-46).
    if (formatExtension(output.mimeType) === 'geotiff') return undefined;
    if (only?.kind !== 'cache' || others.length > 0 || directSource(only, query) !== undefined) return undefined;
    const cache = only.caches.find(({ grid }) => grid.srs.equals(query.srs));
    // Without transparency asked for, a PNG would have to be looked into first.
    if (cache === undefined || cache.mimeType !== output.mimeType) return undefined;
    if (!output.transparent && output.mimeType !== 'image/jpeg') return undefined;
    const coord = singleTile(cache, query);
    const tile = coord === undefined ? null : await cache.getTile(coord, forCaches(only, query));
    return tile === null || tile.mimeType !== output.mimeType ? undefined : tile;
  }

  async #draw(drawable: Drawable, query: MapQuery): Promise<Drawn> {
    const { limits } = drawable;
    if (limits === undefined) return this.#drawWhole(drawable, query);
    const { bbox, size, srs } = query;
    // What is not to be seen need not be asked for.
    if (!limits.every((limit) => limit.intersects(bbox, srs))) return null;
    const drawn = await this.#drawWhole(drawable, query);
    if (drawn === null) return null;
    let { raster } = drawn;
    for (const limit of limits) {
      if (!limit.contains(bbox, srs)) raster = await clipByRings(raster, limit.maskPolygons(bbox, srs, size));
    }
    return { ...drawn, raster };
  }

  async #drawWhole(drawable: Drawable, query: MapQuery): Promise<Drawn> {
    if (drawable.kind === 'source') return drawFromSource(drawable.source, query);
    const direct = directSource(drawable, query);
    if (direct !== undefined) {
      return drawFromSource(direct, drawable.direct?.isCache === true ? forCaches(drawable, query) : query);
    }
    return drawFromCache(drawable.caches, forCaches(drawable, query), this.#options);
  }
}

/** The query with what the layer's tiles depend on; a client's other parameters are for sources alone. */
function forCaches({ dimensions }: CacheDrawable, query: MapQuery): CacheQuery {
  const { dimensions: parameters, ...area } = query;
  return dimensions === undefined ? area : { ...area, dimensions: dimensionValues(dimensions, parameters) };
}

/** What is asked instead of a cache for maps of high resolution (row TILE-14). */
function directSource(
  { caches: [first], direct }: CacheDrawable,
  { bbox, size, srs }: MapQuery,
): MapSource | undefined {
  if (direct === undefined || first === undefined) return undefined;
  const own = srs.transformBbox(first.grid.srs, bbox);
  return resolutionOf(own, size) > direct.resolution ? undefined : direct.source;
}

async function drawFromSource(source: MapSource, query: Omit<SourceQuery, 'format'>): Promise<Drawn> {
  const { format } = source.image;
  const picture = await source.getMap({ ...query, format: format === '' ? SOURCE_FORMAT : format });
  if (picture === null) return null;
  const raster = await rasterOf(picture);
  const fitting = await resample(raster, query.bbox, query.bbox, query.size, source.image.resampling);
  return { raster: await withOpacity(fitting, source.image.opacity), cacheable: picture.cacheable };
}

function drawablesOf(layer: MapLayer): readonly Drawable[] {
  if (layer instanceof ConfiguredMapLayer) return layer.drawables();
  if (layer instanceof LimitedMapLayer) {
    return drawablesOf(layer.whole).map((one) => ({ ...one, limits: [...(one.limits ?? []), ...layer.limits] }));
  }
  throw new TypeError(`layer ${layer.name} is not of this configuration`);
}

async function settled(drawing: Promise<Drawn>): Promise<PromiseSettledResult<Drawn>> {
  const [result] = await Promise.allSettled([drawing]);
  return result;
}

interface Outcome {
  readonly drawn: readonly Drawn[];
  /** Of sources that are missing on the map. */
  readonly errors: readonly SourceError[];
}

/**
 * What could be drawn; sources that failed are left out as long as another one did not, unless they are to be raised
 * (row WMS-30).
 *
 * @throws RequestError of any, SourceError when all failed
 */
function succeeded(results: readonly PromiseSettledResult<Drawn>[], onErrors: 'notify' | 'raise'): Outcome {
  const drawn = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const errors: SourceError[] = [];
  for (const result of results) {
    if (result.status === 'fulfilled') continue;
    if (!(result.reason instanceof SourceError)) throw result.reason;
    errors.push(result.reason);
  }
  const [first] = errors;
  if (first !== undefined && onErrors === 'raise') throw first;
  if (first !== undefined && drawn.length === 0) {
    const messages = errors.map(({ message }) => message).join('\n');
    throw new SourceError(`Could not get any sources:\n${messages}`, { cause: first });
  }
  for (const error of errors) log.error({ detail: error.detail }, error.message);
  return { drawn, errors };
}

import { type CacheQuery, type DrawOptions, drawFromCache, singleTile } from '../cache/cache-map.ts';
import { resolutionOf } from '../grid/bbox.ts';
import { SourceError } from '../http/errors.ts';
import { encodeImage } from '../image/encode.ts';
import { mergeLayers, onBackground, withOpacity } from '../image/merge.ts';
import { type GlobalImageOptions, imageSettings } from '../image/options.ts';
import { blankRaster, type Raster } from '../image/raster.ts';
import { resample } from '../image/resample.ts';
import { getLogger } from '../log.ts';
import type { MapSource } from '../source/contract.ts';
import { rasterOf } from '../source/image-answer.ts';
import type { MapLayer, MapOutput, MapQuery, MapRenderer, RenderedMap } from './contract.ts';
import { dimensionValues } from './dimensions.ts';
import { fewerRequests } from './fewer-requests.ts';
import { type CacheDrawable, ConfiguredMapLayer, type Drawable } from './map-layer.ts';

const log = getLogger('mapproxy.source');

/** Asked of sources that have no format of their own: nothing is lost in it. */
const SOURCE_FORMAT = 'image/png';

export interface RendererOptions extends DrawOptions {
  readonly image: GlobalImageOptions;
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
    const results = await Promise.allSettled(needed.map((drawable) => this.#draw(drawable, query)));
    const drawn = succeeded(results);
    const rasters = drawn.flatMap((one) => (one === null ? [] : [one.raster]));
    const merged = await mergeLayers([blankRaster(query.size), ...rasters]);
    const { body, mimeType } = await encodeImage(
      output.transparent ? merged : await onBackground(merged, output.background),
      imageSettings(this.#options.image, output.mimeType, { transparent: output.transparent }),
    );
    const cacheable = drawn.length === results.length && drawn.every((one) => one?.cacheable ?? true);
    return { body, mimeType, cacheable };
  }

  /** A map that is exactly one stored tile goes out as it is (row IMG-09). */
  async #storedTile(
    drawables: readonly Drawable[],
    query: MapQuery,
    output: MapOutput,
  ): Promise<RenderedMap | undefined> {
    const [only, ...others] = drawables;
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
    if (drawable.kind === 'source') return drawFromSource(drawable.source, query);
    const direct = directSource(drawable, query);
    if (direct !== undefined) return drawFromSource(direct, query);
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

async function drawFromSource(source: MapSource, query: MapQuery): Promise<Drawn> {
  const { format } = source.image;
  const picture = await source.getMap({ ...query, format: format === '' ? SOURCE_FORMAT : format });
  if (picture === null) return null;
  const raster = await rasterOf(picture);
  const fitting = await resample(raster, query.bbox, query.bbox, query.size, source.image.resampling);
  return { raster: await withOpacity(fitting, source.image.opacity), cacheable: picture.cacheable };
}

function drawablesOf(layer: MapLayer): readonly Drawable[] {
  if (layer instanceof ConfiguredMapLayer) return layer.drawables();
  throw new TypeError(`layer ${layer.name} is not of this configuration`);
}

/**
 * What could be drawn; sources that failed are left out as long as another one did not.
 *
 * @throws RequestError of any, SourceError when all failed
 */
function succeeded(results: readonly PromiseSettledResult<Drawn>[]): Drawn[] {
  const drawn = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const errors: SourceError[] = [];
  for (const result of results) {
    if (result.status === 'fulfilled') continue;
    if (!(result.reason instanceof SourceError)) throw result.reason;
    errors.push(result.reason);
  }
  if (errors.length > 0 && drawn.length === 0) {
    const messages = errors.map(({ message }) => message).join('\n');
    throw new SourceError(`Could not get any sources:\n${messages}`, { cause: errors[0] });
  }
  for (const error of errors) log.error({ detail: error.detail }, error.message);
  return drawn;
}

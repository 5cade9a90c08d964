import { bboxEquals } from '../grid/bbox.ts';
import type { MetaTile } from '../grid/meta-grid.ts';
import type { TileGrid } from '../grid/tile-grid.ts';
import type { Size, TileCoord } from '../grid/types.ts';
import { SourceError } from '../http/errors.ts';
import { type BandSource, bandMerge } from '../image/band-merge.ts';
import { encodeImage, encodeWindow } from '../image/encode.ts';
import { formatExtension, imageKind, sniffImageKind } from '../image/format.ts';
import { cutGrey16, greyBits } from '../image/grey.ts';
import { cutJpeg } from '../image/jpeg.ts';
import { mergeLayers, withOpacity } from '../image/merge.ts';
import type { ImageSettings } from '../image/options.ts';
import { type Raster, windowOf } from '../image/raster.ts';
import { type Allocate, withScratch } from '../image/scratch-buffers.ts';
import type { Watermark } from '../image/watermark.ts';
import type { MapSource, Source, SourceImage, TiledSource } from '../source/contract.ts';
import { rasterOf } from '../source/image-answer.ts';
import { waitingFor } from '../waiting.ts';
import { mapLimited } from './limited.ts';
import type { NewTile } from './store/contract.ts';

export interface CreatedTile extends NewTile {
  /** False: made from an error or in part; must not be stored (row TILE-21). */
  readonly cacheable: boolean;
}

/** Tiles made together. */
export interface CreatedTiles {
  readonly tiles: readonly CreatedTile[];
  /** True: an error stands behind them, and expired tiles are to be served rather (row SRC-06). */
  readonly authorizeStale: boolean;
  /** True: they are in the store already. */
  readonly areStored?: boolean | undefined;
}

/** For whom and how tiles are made. */
export interface CreateRequest {
  readonly signal: AbortSignal;
  readonly dimensions?: ReadonlyMap<string, string> | undefined;
  /** True: nobody waits for the tile but a task that makes many. */
  readonly isSeeding?: boolean | undefined;
}

/** Makes the tiles of a meta tile. Null: no source has anything there (row TILE-22). @throws SourceError */
export type TileCreator = (meta: MetaTile, request: CreateRequest) => Promise<CreatedTiles | null>;

export interface CreatorOptions<Kind extends Source> {
  readonly grid: TileGrid;
  /** Merged from the bottom up (row TILE-01), unless `bands` says otherwise. */
  readonly sources: readonly Kind[];
  /** Which bands of the sources, by their places, make the picture; nothing is there where one has nothing (row IMG-15). */
  readonly bands?: readonly BandSource[] | undefined;
  readonly image: ImageSettings;
  /** Format asked of the sources (row TILE-05). */
  readonly requestFormat: string;
  /** Drawn into every tile (row IMG-20). */
  readonly watermark?: Watermark | undefined;
  /** How many tiles are fetched at a time where tiles are made of tiles (row GLB-32). */
  readonly concurrency: number;
}

/** A picture with the settings of the source it comes from. */
type SourcePicture = SourceImage & { readonly settings: ImageSettings };

/** Tiles cut from one picture of the whole meta tile (row TILE-08). */
export function mapTileCreator(options: CreatorOptions<MapSource>): TileCreator {
  const { grid, requestFormat } = options;
  return async (meta, { signal, dimensions }) => {
    const query = { bbox: meta.bbox, size: meta.size, srs: grid.srs, format: requestFormat, signal, dimensions };
    const pictures = await picturesOf(options, (source) => source.getMap(query));
    if (pictures.length === 0) return null;
    return waitingFor(signal, 'drawing', '', cutTiles(pictures, meta, options));
  };
}

async function cutTiles(
  pictures: readonly SourcePicture[],
  meta: MetaTile,
  options: CreatorOptions<MapSource>,
): Promise<CreatedTiles> {
  const { grid } = options;
  const { cacheable, authorizeStale } = stateOf(pictures);
  const [only] = meta.parts;
  if (meta.parts.length === 1 && only !== undefined && isSize(meta.size, grid.tileSize)) {
    const body = await finish(pictures, only.coord, options);
    return { tiles: [{ coord: only.coord, body, cacheable }], authorizeStale };
  }
  const bodies = (await cutFromFile(pictures, meta, options)) ?? (await cutFromPixels(pictures, meta, options));
  const tiles = meta.parts.flatMap(({ coord }, index) => {
    const body = bodies[index];
    return body === undefined ? [] : [{ coord, body, cacheable }];
  });
  return { tiles, authorizeStale };
}

/** Tiles as they are in the only picture, where that and they are JPEGs and nothing else is to be done with it. */
async function cutFromFile(
  [only, ...others]: readonly SourcePicture[],
  { size, parts }: MetaTile,
  { grid, bands, image, watermark }: CreatorOptions<MapSource>,
): Promise<readonly Buffer[] | null> {
  const isJpeg = imageKind(image.format) === 'jpeg' || image.format.endsWith('mixed');
  if (!isJpeg || image.mode === 'L' || image.mode === 'I') return null;
  if (only?.body === undefined || only.settings.opacity !== undefined || others.length > 0) return null;
  if (bands !== undefined || watermark !== undefined || sniffImageKind(only.body) !== 'jpeg') return null;
  if (!parts.every(({ left, top }) => isInside(left, top, grid.tileSize, size))) return null;
  const [width, height] = grid.tileSize;
  const windows = parts.map(({ left, top }) => ({ left, top, width, height }));
  return cutJpeg(only.body, size, windows, image.jpegQuality);
}

function cutFromPixels(
  pictures: readonly SourcePicture[],
  meta: MetaTile,
  options: CreatorOptions<MapSource>,
): Promise<readonly Buffer[]> {
  const { grid, bands, image, watermark } = options;
  return withScratch(async (allocate) => {
    const whole = await merge(pictures, meta.size, bands, allocate);
    const heights = await onlyGrey16(pictures, options);
    const cut = async ({ coord, left, top }: MetaTile['parts'][number]): Promise<Buffer> => {
      if (heights !== undefined && isInside(left, top, grid.tileSize, meta.size)) {
        return cutGrey16(heights.body, left, top, grid.tileSize, heights.kind);
      }
      if (watermark === undefined) return encodeWindow(whole, left, top, grid.tileSize, image);
      const marked = await watermark(windowOf(whole, left, top, grid.tileSize), coord);
      return (await encodeImage(marked, image)).body;
    };
    return Promise.all(meta.parts.map(cut));
  });
}

/** Tiles made from tiles, each from its own (rows SRC-54, TILE-09). */
export function tiledTileCreator(options: CreatorOptions<TiledSource>): TileCreator {
  const { grid, requestFormat, concurrency } = options;
  return async (meta, { signal, dimensions }) => {
    const query = { format: requestFormat, signal, dimensions };
    const created = await mapLimited(meta.parts, concurrency, async ({ coord }) => {
      const pictures = await picturesOf(options, (source) => source.getTile(sameTile(grid, coord, source), query));
      if (pictures.length === 0) return undefined;
      const body = await waitingFor(signal, 'drawing', '', finish(pictures, coord, options));
      return { coord, body, ...stateOf(pictures) };
    });
    const tiles = created.filter((tile) => tile !== undefined);
    if (tiles.length === 0) return null;
    return { tiles, authorizeStale: tiles.some(({ authorizeStale }) => authorizeStale) };
  };
}

function stateOf(
  pictures: readonly SourcePicture[],
): Pick<CreatedTile, 'cacheable'> & Pick<CreatedTiles, 'authorizeStale'> {
  return {
    cacheable: pictures.every(({ cacheable }) => cacheable),
    authorizeStale: pictures.some(({ authorizeStale }) => authorizeStale === true),
  };
}

/** What the sources that have something there deliver, in their order; none where bands of all of them are needed. */
async function picturesOf<Kind extends Source>(
  { sources, bands }: CreatorOptions<Kind>,
  ask: (source: Kind) => Promise<SourceImage | null>,
): Promise<SourcePicture[]> {
  const answers = await Promise.all(sources.map(ask));
  if (bands !== undefined && answers.includes(null)) return [];
  return answers.flatMap((answer, index) => {
    const settings = sources[index]?.image;
    return answer === null || settings === undefined ? [] : [{ ...answer, settings }];
  });
}

/** The tile of a source's grid with the same area (row SRC-51). */
function sameTile(grid: TileGrid, coord: TileCoord, source: TiledSource): TileCoord {
  if (source.grid === grid) return coord;
  const bbox = grid.tileBbox(coord);
  const affected = source.grid.affectedTiles(bbox, grid.tileSize);
  const tolerance = grid.resolution(coord[2]) / 10;
  const [tile] = affected?.tiles() ?? [];
  if (affected === null || tile === null || tile === undefined) return OUTSIDE;
  if (!isSize(affected.size, [1, 1]) || !bboxEquals(affected.bbox, bbox, [tolerance, tolerance])) {
    throw new SourceError('BBOX does not align to tile');
  }
  return tile;
}

/** A coordinate that no grid has. */
const OUTSIDE: TileCoord = [-1, -1, 0];

/**
 * The only picture as it came, where it is what the cache keeps (row IMG-09); else all of them merged. Every picture is
 * decoded: half a file, or none, is not kept for a tile.
 */
async function finish(
  pictures: readonly SourcePicture[],
  coord: TileCoord,
  { grid, bands, image, watermark }: CreatorOptions<Source>,
): Promise<Buffer> {
  const merged = await merge(pictures, grid.tileSize, bands);
  const marked = watermark === undefined ? merged : await watermark(merged, coord);
  const [only, ...others] = pictures;
  const isAsItCame = only !== undefined && others.length === 0 && bands === undefined && marked === merged;
  return (isAsItCame ? await encodedAsConfigured(only, image) : undefined) ?? (await encodeImage(marked, image)).body;
}

async function encodedAsConfigured(
  { body, settings }: SourcePicture,
  { format, mode }: ImageSettings,
): Promise<Buffer | undefined> {
  if (body === undefined || settings.opacity !== undefined) return undefined;
  if (sniffImageKind(body) !== formatExtension(format)) return undefined;
  if (mode !== 'L' && mode !== 'I') return body;
  return (await greyBits(body)) === (mode === 'L' ? 8 : 16) ? body : undefined;
}

/**
 * The only picture, where it is one of 16 bits of grey and tiles are to be of the same (row IMG-01): pictures in memory
 * have 8.
 */
async function onlyGrey16(
  [only, ...others]: readonly SourcePicture[],
  { bands, image: { format, mode }, watermark }: CreatorOptions<Source>,
): Promise<{ readonly body: Buffer; readonly kind: 'png' | 'tiff' } | undefined> {
  const kind = imageKind(format);
  if (mode !== 'I' || (kind !== 'png' && kind !== 'tiff')) return undefined;
  if (only?.body === undefined || only.settings.opacity !== undefined || others.length > 0) return undefined;
  if (bands !== undefined || watermark !== undefined) return undefined;
  return (await greyBits(only.body)) === 16 ? { body: only.body, kind } : undefined;
}

function isInside(left: number, top: number, [width, height]: Size, [wholeWidth, wholeHeight]: Size): boolean {
  return left >= 0 && top >= 0 && left + width <= wholeWidth && top + height <= wholeHeight;
}

async function merge(
  pictures: readonly SourcePicture[],
  size: Size,
  bands: readonly BandSource[] | undefined,
  allocate?: Allocate,
): Promise<Raster> {
  if (bands !== undefined) {
    return bandMerge(await Promise.all(pictures.map((picture) => decodeChecked(picture, size, allocate))), bands);
  }
  const rasters = await Promise.all(
    pictures.map(async (picture) =>
      withOpacity(await decodeChecked(picture, size, allocate), picture.settings.opacity),
    ),
  );
  return mergeLayers(rasters);
}

async function decodeChecked(picture: SourceImage, [width, height]: Size, allocate?: Allocate): Promise<Raster> {
  const raster = await rasterOf(picture, allocate);
  if (raster.width === width && raster.height === height) return raster;
  throw new SourceError(`source returned ${raster.width} x ${raster.height} pixels instead of ${width} x ${height}`);
}

function isSize(one: Size, two: Size): boolean {
  return one[0] === two[0] && one[1] === two[1];
}

import type { Coverage } from '../coverage/contract.ts';
import { bboxContains } from '../grid/bbox.ts';
import type { Bbox, Size } from '../grid/types.ts';
import { SourceError } from '../http/errors.ts';
import type { ImageSettings } from '../image/options.ts';
import { blankRaster, paste, type Raster } from '../image/raster.ts';
import { reproject } from '../image/reproject.ts';
import { makeTransparent, type TransparentColor } from '../image/transparent-color.ts';
import type { Srs } from '../srs/srs.ts';
import type { SourceContext, SourceImage, SourceQuery } from './contract.ts';
import { rasterOf } from './image-answer.ts';

/** A picture asked for in another SRS may need more pixels than the map wanted; more than this on a side is waste. */
const MOST_ENLARGEMENT = 4;

/** What a map server can do, and what becomes of its pictures. */
export interface ServerAbilities {
  /** Undefined: whatever it is asked for. */
  readonly srs: readonly Srs[] | undefined;
  readonly preferredSrs: SourceContext['preferredSrs'];
  /** Nothing is asked for outside of its bbox (row SRC-01). */
  readonly coverage: Coverage | undefined;
  readonly image: ImageSettings;
  readonly transparentColor: TransparentColor | undefined;
}

/** Asks a server for a map as it can draw it. */
export type AskServer = (query: SourceQuery) => Promise<Buffer>;

/**
 * A map from a server that has not every SRS nor all of the world: asked in the SRS that fits best and for what lies
 * in the coverage's bbox, then put in place and reprojected (rows SRC-01, SRC-29, SRC-32). Null: nothing there.
 *
 * @throws SourceError
 */
export async function drawServerMap(
  abilities: ServerAbilities,
  query: SourceQuery,
  ask: AskServer,
): Promise<SourceImage | null> {
  const srs = serverSrs(abilities, query.srs);
  const image = srs.equals(query.srs)
    ? await askWithin(abilities.coverage, { ...query, srs }, ask)
    : await askReprojected(abilities, srs, query, ask);
  if (image === null || abilities.transparentColor === undefined) return image;
  const raster = await makeTransparent(await rasterOf(image), abilities.transparentColor);
  return { raster, cacheable: image.cacheable };
}

/** The same system by the name that the server knows, or the one that is best reprojected (rows SRC-29, TRAP-07). */
export function serverSrs({ srs, preferredSrs }: Pick<ServerAbilities, 'srs' | 'preferredSrs'>, wanted: Srs): Srs {
  if (srs === undefined || srs.length === 0) return wanted;
  return (
    srs.find(({ code }) => code === wanted.code) ?? srs.find((one) => one.equals(wanted)) ?? preferredSrs(wanted, srs)
  );
}

async function askReprojected(
  abilities: ServerAbilities,
  srs: Srs,
  query: SourceQuery,
  ask: AskServer,
): Promise<SourceImage | null> {
  const bbox = placeIn(srs, query.bbox, query.srs);
  if (bbox === undefined) return null;
  const size = sizeKeepingAspect(bbox, query.size);
  const image = await askWithin(abilities.coverage, { ...query, bbox, size, srs }, ask);
  if (image === null) return null;
  const raster = await reproject(checkedSize(await rasterOf(image), size), {
    fromBbox: bbox,
    fromSrs: srs,
    toBbox: query.bbox,
    toSrs: query.srs,
    size: query.size,
    method: abilities.image.resampling,
  });
  return { raster, cacheable: image.cacheable };
}

/** Pixels as fine as the map's on the axis where they have to be finest, and square. */
function sizeKeepingAspect(bbox: Bbox, [width, height]: Size): Size {
  const ratio = (bbox[2] - bbox[0]) / (bbox[3] - bbox[1]);
  const isFinerInX = ratio < width / height;
  const size = isFinerInX ? [width, Math.round(width / ratio)] : [Math.round(height * ratio), height];
  const most = MOST_ENLARGEMENT * Math.max(width, height);
  const [columns = 1, rows = 1] = size.map((pixels) => Math.min(Math.max(pixels, 1), most));
  return [columns, rows];
}

async function askWithin(
  coverage: Coverage | undefined,
  query: SourceQuery,
  ask: AskServer,
): Promise<SourceImage | null> {
  const extent = coverage === undefined ? undefined : placeIn(query.srs, coverage.bbox, coverage.srs);
  if (extent === undefined || bboxContains(extent, query.bbox)) return { body: await ask(query), cacheable: true };
  const part = partWithin(extent, query.bbox, query.size);
  if (part === null) return null;
  const body = await ask({ ...query, bbox: part.bbox, size: part.size });
  const raster = checkedSize(await rasterOf({ body }), part.size);
  const whole = blankRaster(query.size);
  paste(whole, raster, part.left, part.top);
  return { raster: whole, cacheable: true };
}

interface Part {
  readonly bbox: Bbox;
  readonly size: Size;
  /** Pixels from the whole map's corner. */
  readonly left: number;
  readonly top: number;
}

/** The part of a map that lies in an extent, in whole pixels cut off as MapProxy does; null: less than a pixel. */
export function partWithin(extent: Bbox, bbox: Bbox, [width, height]: Size): Part | null {
  const column = (x: number) => Math.trunc(((x - bbox[0]) * width) / (bbox[2] - bbox[0]));
  const row = (y: number) => Math.trunc(((bbox[3] - y) * height) / (bbox[3] - bbox[1]));
  const west = Math.max(extent[0], bbox[0]);
  const south = Math.max(extent[1], bbox[1]);
  const east = Math.min(extent[2], bbox[2]);
  const north = Math.min(extent[3], bbox[3]);
  const [left, right] = [extent[0] > bbox[0] ? column(west) : 0, extent[2] < bbox[2] ? column(east) : width];
  const [top, bottom] = [extent[3] < bbox[3] ? row(north) : 0, extent[1] > bbox[1] ? row(south) : height];
  if (right <= left || bottom <= top) return null;
  return { bbox: [west, south, east, north], size: [right - left, bottom - top], left, top };
}

/** Undefined: has no place in the other system. */
function placeIn(to: Srs, bbox: Bbox, srs: Srs): Bbox | undefined {
  try {
    return srs.transformBbox(to, bbox);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Pixels of another size would be put in the wrong place. @throws SourceError */
function checkedSize(raster: Raster, [width, height]: Size): Raster {
  if (raster.width === width && raster.height === height) return raster;
  throw new SourceError(`source returned ${raster.width} x ${raster.height} pixels instead of ${width} x ${height}`);
}

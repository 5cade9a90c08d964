import type { Bbox, Size } from '../grid/types.ts';
import type { Resampling } from './options.ts';
import { pixels } from './pixels.ts';
import { asPixels, fromPixels, type Raster, windowOf } from './raster.ts';

/** Below this part of a pixel, over the whole width, a picture is cut instead of resampled (row IMG-17). */
const PIXEL_TOLERANCE = 0.1;

/**
 * The part of a map that shows `bbox`, at `size` pixels; what the map does not reach is transparent (row IMG-17). Both
 * boxes are in the same SRS.
 *
 * As in MapProxy the pixels are interpolated, not averaged: a map is never shrunk by much more than the step between
 * two levels.
 */
export async function resample(
  map: Raster,
  mapBbox: Bbox,
  bbox: Bbox,
  size: Size,
  method: Resampling,
): Promise<Raster> {
  const resX = (mapBbox[2] - mapBbox[0]) / map.width;
  const resY = (mapBbox[3] - mapBbox[1]) / map.height;
  const left = (bbox[0] - mapBbox[0]) / resX;
  const top = (mapBbox[3] - bbox[3]) / resY;
  const width = (bbox[2] - bbox[0]) / resX;
  const height = (bbox[3] - bbox[1]) / resY;
  const isSameScale = Math.abs(width - size[0]) < PIXEL_TOLERANCE && Math.abs(height - size[1]) < PIXEL_TOLERANCE;
  if (isSameScale) return windowOf(map, Math.round(left), Math.round(top), size);

  const box = [left, top, left + width, top + height] as const;
  const scaled = await pixels.resample(asPixels(map), { box, width: size[0], height: size[1], method });
  const isInside = left >= 0 && top >= 0 && left + width <= map.width && top + height <= map.height;
  return fromPixels(scaled, isInside && map.opaque);
}

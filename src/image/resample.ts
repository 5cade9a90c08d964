import type { Bbox, Size } from '../grid/types.ts';
import type { Resampling } from './options.ts';
import { asSharp, type Raster, windowOf } from './raster.ts';

/** Below this part of a pixel, over the whole width, a picture is cut instead of resampled (row IMG-17). */
const PIXEL_TOLERANCE = 0.1;

/** Bicubic interpolation looks two pixels beyond. */
const KERNEL_MARGIN = 3;

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

  const firstColumn = Math.floor(left) - KERNEL_MARGIN;
  const firstRow = Math.floor(top) - KERNEL_MARGIN;
  const part = windowOf(map, firstColumn, firstRow, [
    Math.ceil(left + width) + KERNEL_MARGIN - firstColumn,
    Math.ceil(top + height) + KERNEL_MARGIN - firstRow,
  ]);
  return scale(part, left - firstColumn, top - firstRow, [size[0] / width, size[1] / height], size, method);
}

/** Scales around the point (left, top), which becomes the new picture's corner. */
async function scale(
  source: Raster,
  left: number,
  top: number,
  [scaleX, scaleY]: readonly [x: number, y: number],
  [width, height]: Size,
  method: Resampling,
): Promise<Raster> {
  // The library puts pixel centres on whole numbers; edges are half a pixel away, in the old picture and in the new.
  const scaled = await asSharp(source)
    .affine([scaleX, 0, 0, scaleY], {
      interpolator: method,
      background: { r: 0, g: 0, b: 0, alpha: 0 },
      idx: -left + 0.5 - 0.5 / scaleX,
      idy: -top + 0.5 - 0.5 / scaleY,
    })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { data, info } = scaled;
  return windowOf({ data, width: info.width, height: info.height, opaque: source.opaque }, 0, 0, [width, height]);
}

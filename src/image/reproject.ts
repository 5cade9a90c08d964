import type { Bbox, Size } from '../grid/types.ts';
import type { Srs } from '../srs/srs.ts';
import { buildMesh, type Locate } from './mesh.ts';
import type { Resampling } from './options.ts';
import { pixels } from './pixels.ts';
import { asPixels, blankRaster, fromPixels, type Raster } from './raster.ts';

/** From which map to which. */
export interface Reprojection {
  readonly fromBbox: Bbox;
  readonly fromSrs: Srs;
  readonly toBbox: Bbox;
  readonly toSrs: Srs;
  /** Of the new map in pixels. */
  readonly size: Size;
  readonly method: Resampling;
}

/** Degrees of latitude, and what rounding may add. */
const POLE = 90 + 1e-9;

/** A map in another SRS (row IMG-17). What has no place in the old map is transparent. */
export async function reproject(map: Raster, reprojection: Reprojection): Promise<Raster> {
  const { size, method } = reprojection;
  const { quads: mesh, isWhole } = await buildMesh(size, [map.width, map.height], locator(map, reprojection));
  if (mesh.length === 0) return blankRaster(size);
  const warped = await pixels.warp(asPixels(map), { mesh, width: size[0], height: size[1], method });
  return fromPixels(warped, isWhole && map.opaque);
}

/** From pixels of the new map to pixels of the old one. */
export function locator(
  { width, height }: Pick<Raster, 'width' | 'height'>,
  { fromBbox, fromSrs, toBbox, toSrs, size }: Reprojection,
): Locate {
  const [resX, resY] = [(toBbox[2] - toBbox[0]) / size[0], (toBbox[3] - toBbox[1]) / size[1]];
  const [scaleX, scaleY] = [width / (fromBbox[2] - fromBbox[0]), height / (fromBbox[3] - fromBbox[1])];
  return (points) => {
    for (let at = 0; at < points.length; at += 2) {
      points[at] = toBbox[0] + (points[at] ?? 0) * resX;
      const y = toBbox[3] - (points[at + 1] ?? 0) * resY;
      // Projections take what lies beyond a pole for the other side of it.
      points[at + 1] = toSrs.isGeographic && Math.abs(y) > POLE ? Number.NaN : y;
    }
    toSrs.transformPoints(fromSrs, points);
    for (let at = 0; at < points.length; at += 2) {
      points[at] = ((points[at] ?? 0) - fromBbox[0]) * scaleX;
      points[at + 1] = (fromBbox[3] - (points[at + 1] ?? 0)) * scaleY;
    }
  };
}

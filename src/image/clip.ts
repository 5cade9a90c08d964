import type { Polygon } from '../coverage/contract.ts';
import { pixels } from './pixels.ts';
import { asPixels, fromPixels, type Raster } from './raster.ts';

/**
 * Only what lies within the polygons, whose points are in pixels from the upper left corner; everything else becomes
 * transparent white (row IMG-16).
 */
export async function clipByRings(raster: Raster, polygons: readonly Polygon[]): Promise<Raster> {
  const rings = polygons.flat().map((ring) => ring.flat());
  return fromPixels(await pixels.maskByPolygon(asPixels(raster), rings), false);
}

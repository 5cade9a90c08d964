import type { Polygon } from '../coverage/contract.ts';
import { asSharp, type Raster } from './raster.ts';

/**
 * Only what lies within the polygons, whose points are in pixels from the upper left corner; everything else becomes
 * transparent (row IMG-16).
 */
export async function clipByRings(raster: Raster, polygons: readonly Polygon[]): Promise<Raster> {
  const { width, height } = raster;
  const path = polygons.flat().map((ring) => `M${ring.map(([x, y]) => `${x} ${y}`).join('L')}Z`);
  const mask = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <path fill-rule="evenodd" shape-rendering="crispEdges" d="${path.join('')}"/></svg>`;
  const data = await asSharp(raster)
    .composite([{ input: Buffer.from(mask), blend: 'dest-in' }])
    .raw()
    .toBuffer();
  return { ...raster, data, opaque: false };
}

import { pixels } from './pixels.ts';
import { asPixels, blankRaster, fromPixels, type Raster } from './raster.ts';

/** Alpha-composites pictures of one size, the first at the bottom (row IMG-12). @throws RangeError for none */
export async function mergeLayers(layers: readonly Raster[]): Promise<Raster> {
  const [bottom, ...others] = fromLastOpaque(layers);
  if (bottom === undefined) throw new RangeError('nothing to merge');
  if (others.length === 0) return bottom;
  const target = { ...bottom, data: Buffer.from(bottom.data) };
  for (const layer of others) await pixels.composite(asPixels(target), asPixels(layer));
  return target;
}

/** What lies below an opaque layer is not seen. */
function fromLastOpaque(layers: readonly Raster[]): readonly Raster[] {
  const last = layers.findLastIndex(({ opaque }) => opaque);
  return last === -1 ? layers : layers.slice(last);
}

/** The picture with its alpha multiplied, 0 to 1 (row IMG-13). */
export async function withOpacity(raster: Raster, opacity: number | undefined): Promise<Raster> {
  if (opacity === undefined || opacity >= 1) return raster;
  return fromPixels(await pixels.applyOpacity(asPixels(raster), opacity), false);
}

/** The picture on a ground of one colour. */
export async function onBackground(raster: Raster, color: readonly [number, number, number]): Promise<Raster> {
  return raster.opaque ? raster : mergeLayers([blankRaster([raster.width, raster.height], color), raster]);
}

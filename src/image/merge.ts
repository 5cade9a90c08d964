import { asSharp, blankRaster, CHANNELS, type Raster } from './raster.ts';

/** Alpha-composites pictures of one size, the first at the bottom (row IMG-12). @throws RangeError for none */
export async function mergeLayers(layers: readonly Raster[]): Promise<Raster> {
  const [bottom, ...others] = fromLastOpaque(layers);
  if (bottom === undefined) throw new RangeError('nothing to merge');
  if (others.length === 0) return bottom;
  const { width, height } = bottom;
  const overlays = others.map(({ data }) => ({ input: data, raw: { width, height, channels: CHANNELS } }) as const);
  const data = await asSharp(bottom).composite(overlays).raw().toBuffer();
  return { data, width, height, opaque: bottom.opaque };
}

/** What lies below an opaque layer is not seen. */
function fromLastOpaque(layers: readonly Raster[]): readonly Raster[] {
  const last = layers.findLastIndex(({ opaque }) => opaque);
  return last === -1 ? layers : layers.slice(last);
}

/** The picture with its alpha multiplied, 0 to 1 (row IMG-13). */
export async function withOpacity(raster: Raster, opacity: number | undefined): Promise<Raster> {
  if (opacity === undefined || opacity >= 1) return raster;
  const data = await asSharp(raster).linear([1, 1, 1, opacity], [0, 0, 0, 0]).raw().toBuffer();
  return { ...raster, data, opaque: false };
}

/** The picture on a ground of one colour. */
export function onBackground(raster: Raster, color: readonly [number, number, number]): Promise<Raster> {
  if (raster.opaque) return Promise.resolve(raster);
  return mergeLayers([blankRaster([raster.width, raster.height], color), raster]);
}

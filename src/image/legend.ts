import { encodeImage } from './encode.ts';
import { globalImageOptions, imageSettings } from './options.ts';
import { blankRaster, decodeImage, paste, type Raster } from './raster.ts';

/** True colour and alpha, whatever palettes maps are written with. */
const LEGEND_SETTINGS = imageSettings(globalImageOptions.parse({ paletted: false }), 'image/png', {
  transparent: true,
});

/**
 * Pictures below each other in one, as PNG; the last is at the top, as layers are listed from the bottom (row
 * WMS-42). Room beside narrow ones is transparent.
 *
 * @throws Error of the decoder, RangeError for more pixels than are drawn
 */
export async function joinLegends(pictures: readonly Uint8Array[]): Promise<Buffer> {
  return (await encodeImage(await stackedLegends(pictures), LEGEND_SETTINGS)).body;
}

/** As `joinLegends`, in memory. A single transparent pixel for no picture. */
export async function stackedLegends(pictures: readonly Uint8Array[]): Promise<Raster> {
  const rasters = await Promise.all(pictures.map((picture) => decodeImage(picture)));
  const [only, ...others] = rasters;
  if (only === undefined) return blankRaster([1, 1]);
  if (others.length === 0) return only;
  const height = rasters.reduce((sum, raster) => sum + raster.height, 0);
  const joined = blankRaster([Math.max(...rasters.map(({ width }) => width)), height]);
  let top = 0;
  for (const raster of rasters.reverse()) {
    paste(joined, raster, 0, top);
    top += raster.height;
  }
  return joined;
}

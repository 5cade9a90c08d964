import type { Size } from '../grid/types.ts';
import type { Color } from './color.ts';
import { blankRaster, type Raster } from './raster.ts';
import { drawBox, drawText, type TextFont, textMask } from './text.ts';

const BLACK: Color = [0, 0, 0];
const WHITE: Color = [255, 255, 255];

/** Below this a background is dark, 0 to 255 (row IMG-22). */
const DARK = 128;

/** Room around messages and attributions, in pixels. */
const PADDING = 3;

const LINE_SPACING = 5;

/** Behind an attribution: white that lets the map through (row IMG-21). */
const ATTRIBUTION_BOX: Color = [255, 255, 255, 120];

/** What a message is written on. */
export interface MessageGround {
  readonly transparent: boolean;
  readonly background: readonly [red: number, green: number, blue: number];
}

/**
 * A picture of a message, in its upper left corner: black, or white on what is dark (rows IMG-22, WMS-24).
 *
 * @param fontDirectory globals.image.font_dir
 */
export async function messageImage(
  message: string,
  size: Size,
  { transparent, background }: MessageGround,
  fontDirectory?: string,
): Promise<Raster> {
  const color = !transparent && luminance(background) < DARK ? WHITE : BLACK;
  return withMessage(blankRaster(size, transparent ? undefined : background), message, color, fontDirectory);
}

/** A picture with messages over its upper left corner: what went wrong while it was drawn (row WMS-30). */
export async function withMessage(
  raster: Raster,
  message: string,
  color: Color = BLACK,
  fontDirectory?: string,
): Promise<Raster> {
  const font: TextFont = { name: 'DejaVu Sans Mono', size: 10, lineSpacing: LINE_SPACING, directory: fontDirectory };
  const mask = await textMask(message, font);
  if (mask === undefined) return raster;
  const target = { ...raster, data: Buffer.from(raster.data) };
  await drawText(target, mask, color, PADDING, PADDING);
  return target;
}

/** A map with who made it in the lower right corner (row IMG-21). */
export async function withAttribution(raster: Raster, text: string, fontDirectory?: string): Promise<Raster> {
  const font: TextFont = { name: 'DejaVu Sans', size: 10, lineSpacing: LINE_SPACING, directory: fontDirectory };
  const mask = await textMask(text, font);
  if (mask === undefined) return raster;
  const target = { ...raster, data: Buffer.from(raster.data) };
  const [left, top] = [raster.width - PADDING - mask.width, raster.height - PADDING - mask.height];
  await drawBox(target, ATTRIBUTION_BOX, [left - PADDING, top - PADDING, raster.width, raster.height]);
  await drawText(target, mask, BLACK, left, top);
  return target;
}

/** Rec. 601: what of a colour is seen as brightness. */
function luminance([red, green, blue]: readonly [number, number, number]): number {
  return red * 0.299 + green * 0.587 + blue * 0.114;
}

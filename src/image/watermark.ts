import { z } from 'zod';
import type { TileCoord } from '../grid/types.ts';
import { type Color, colorOption } from './color.ts';
import type { Raster } from './raster.ts';
import { drawText, type TextMask, textMask } from './text.ts';

/** Row IMG-20. */
export const watermarkOptions = z.object({
  text: z.string().default(''),
  opacity: z.int().min(0).max(255).default(30),
  font_size: z.int().positive().default(24),
  color: colorOption.default([128, 128, 128]),
  /** `wide`: on every second tile only. */
  spacing: z.literal('wide').nullish(),
});

export type WatermarkOptions = z.infer<typeof watermarkOptions>;

/** Draws a watermark into a tile; the same raster where this one has none. */
export type Watermark = (tile: Raster, coord: TileCoord) => Promise<Raster>;

/** @param fontDirectory globals.image.font_dir */
export function createWatermark(options: WatermarkOptions, fontDirectory?: string): Watermark {
  const [red, green, blue] = options.color;
  const color: Color = [red, green, blue, options.opacity];
  let shape: Promise<TextMask | undefined> | undefined;
  return async (tile, coord) => {
    const place = placement(coord, options.spacing === 'wide');
    if (place === undefined) return tile;
    shape ??= textMask(options.text, { name: 'DejaVu Sans', size: options.font_size, directory: fontDirectory });
    const mask = await shape;
    if (mask === undefined) return tile;
    const target = { ...tile, data: Buffer.from(tile.data) };
    const half = Math.floor(mask.width / 2);
    const lefts = place === 'centre' ? [Math.floor(tile.width / 2) - half] : [-half, tile.width - half];
    const top = Math.floor(tile.height / 2) - Math.floor(mask.height / 2);
    for (const left of lefts) await drawText(target, mask, color, left, top);
    return target;
  };
}

/** Rows alternate, so that the text is not in columns; wide: fields of one colour of a chessboard. */
function placement([x, y]: TileCoord, isWide: boolean): 'centre' | 'borders' | undefined {
  if (isWide) return y % 2 === x % 2 ? undefined : 'centre';
  return y % 2 === 0 ? 'centre' : 'borders';
}

import sharp from 'sharp';
import type { Color } from './color.ts';
import { type FontName, fontFile } from './font-file.ts';
import { pixels } from './pixels.ts';
import { asPixels, blankRaster, CHANNELS, type Raster } from './raster.ts';

/** How a text looks. */
export interface TextFont {
  readonly name: FontName;
  /** In pixels. */
  readonly size: number;
  /** Between lines, in pixels. */
  readonly lineSpacing?: number;
  /** Where fonts are instead of in the package that comes along (row GLB-07); undefined: there. */
  readonly directory: string | undefined;
}

/** What a text covers: 0 nothing to 255 all of a pixel. */
export interface TextMask {
  readonly coverage: Buffer;
  readonly width: number;
  readonly height: number;
}

/** More of a message than this does not fit on a map; measuring it would take its time. */
const MOST_CHARACTERS = 4000;

/** Pango counts in points: at this density one is a pixel. */
const DPI = 72;

/**
 * The shape of a text, lines as given; undefined for one without anything to see.
 */
export async function textMask(text: string, font: TextFont): Promise<TextMask | undefined> {
  const shown = printable(text);
  if (shown.trim() === '') return undefined;
  const { name, size, lineSpacing = 0, directory } = font;
  const { path, face } = fontFile(name, directory);
  const { data, info } = await sharp({
    text: {
      text: shown,
      font: `${face} ${size}`,
      fontfile: path,
      dpi: DPI,
      spacing: lineSpacing,
    },
  })
    .extractChannel(0)
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { coverage: data, width: info.width, height: info.height };
}

/** As Pango's markup; control characters are no text. */
function printable(text: string): string {
  return (
    text
      .slice(0, MOST_CHARACTERS)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
      .replaceAll(/[\u0000-\u0009\u000b-\u001f\u007f\ufffe\uffff]/g, ' ')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
  );
}

/** Draws into a picture, at pixels from its upper left corner; what does not fit is cut off. */
export async function drawText(
  target: Raster,
  { coverage, width, height }: TextMask,
  [red, green, blue, alpha = 255]: Color,
  x: number,
  y: number,
): Promise<void> {
  const ink = blankRaster([width, height]);
  ink.data.fill(Buffer.from([red, green, blue, alpha]));
  await pixels.composite(asPixels(target), asPixels(ink), { x: Math.trunc(x), y: Math.trunc(y), mask: coverage });
}

/** Fills a rectangle, cut off at the picture's edges. */
export async function drawBox(
  target: Raster,
  [red, green, blue, alpha = 255]: Color,
  [left, top, right, bottom]: readonly [left: number, top: number, right: number, bottom: number],
): Promise<void> {
  const [west, north] = [Math.max(left, 0), Math.max(top, 0)];
  const [width, height] = [Math.min(right, target.width) - west, Math.min(bottom, target.height) - north];
  if (width <= 0 || height <= 0) return;
  const box = { width, height, channels: CHANNELS, data: Buffer.alloc(width * height * CHANNELS) } as const;
  box.data.fill(Buffer.from([red, green, blue, alpha]));
  await pixels.composite(asPixels(target), box, { x: west, y: north });
}

import { existsSync } from 'node:fs';
import { type FontName, fontPath } from '../../image/font-file.ts';
import type { Configuration } from '../configuration.ts';

/** Where fonts are instead of those that come along (row GLB-07). */
export function fontDirectory({ globals, resolvePath }: Configuration): string | undefined {
  const { font_dir: directory } = globals.image;
  return directory === undefined ? undefined : resolvePath(directory);
}

const FONTS: readonly FontName[] = ['DejaVu Sans', 'DejaVu Sans Mono'];

/** Says which fonts are not where the configuration has them: those that come along are taken. */
export function warnOfMissingFonts(configuration: Configuration): void {
  const directory = fontDirectory(configuration);
  if (directory === undefined) return;
  const missing = FONTS.map((name) => fontPath(directory, name)).filter((file) => !existsSync(file));
  for (const file of missing) {
    configuration.problems.warning(
      ['globals', 'image', 'font_dir'],
      `there is no ${file}, the font that comes along is used`,
    );
  }
}

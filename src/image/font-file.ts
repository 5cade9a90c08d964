import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/** Names of fonts that texts are written in. */
export type FontName = 'DejaVu Sans' | 'DejaVu Sans Mono';

/** What a font is called in its file, and in what face: numbers of names (OpenType, `name` table). */
const FAMILY = 1;
const STYLE = 2;

/** Platform of names in UTF-16. */
const WINDOWS = 3;

/** Faces that are meant when none is said. */
const PLAIN = new Set(['Regular', 'Book', 'Roman', 'Normal']);

/** Fonts never come from the system, so that maps look the same everywhere. */
const bundled = path.join(path.dirname(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json')), 'ttf');

export interface FontFile {
  readonly path: string;
  /** As the font in the file is called, which need not be its file's name: `Open Sans Bold`. */
  readonly face: string;
}

const known = new Map<string, FontFile>();

/** Where a font is in a directory: its name without blanks (row GLB-07). */
export function fontPath(directory: string, name: FontName): string {
  return path.join(directory, `${name.replaceAll(' ', '')}.ttf`);
}

/** The font of that name in the directory, or that which comes along where there is none. */
export function fontFile(name: FontName, directory: string = bundled): FontFile {
  const wanted = fontPath(directory, name);
  const found = known.get(wanted);
  if (found !== undefined) return found;
  const file = existsSync(wanted) ? wanted : fontPath(bundled, name);
  const font = { path: file, face: faceOf(readFileSync(file)) ?? name };
  known.set(wanted, font);
  return font;
}

/** Undefined for a file that does not say. */
function faceOf(file: Buffer): string | undefined {
  try {
    const names = namesOf(file);
    const [family, style = ''] = [names.get(FAMILY), names.get(STYLE)];
    return family === undefined || PLAIN.has(style) ? family : `${family} ${style}`.trim();
  } catch (error) {
    // A table that points out of the file: the library may find more in it.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function namesOf(file: Buffer): Map<number, string> {
  const names = new Map<number, string>();
  const tables = file.readUInt16BE(4);
  for (let table = 12; table < 12 + tables * 16; table += 16) {
    if (file.toString('latin1', table, table + 4) !== 'name') continue;
    const start = file.readUInt32BE(table + 8);
    const texts = start + file.readUInt16BE(start + 4);
    const records = start + 6;
    for (let at = records; at < records + file.readUInt16BE(start + 2) * 12; at += 12) {
      const number = file.readUInt16BE(at + 6);
      if (file.readUInt16BE(at) !== WINDOWS || names.has(number)) continue;
      const from = texts + file.readUInt16BE(at + 10);
      names.set(
        number,
        Buffer.from(file.subarray(from, from + file.readUInt16BE(at + 8)))
          .swap16()
          .toString('utf16le'),
      );
    }
  }
  return names;
}

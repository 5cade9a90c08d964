/*
 * A single-line alphabet, as map engravers used: capitals and figures drawn as strokes. The map carries its letters
 * with it, because the fonts a machine has differ from the next one's, and a fresh server has none.
 */

/** Height of a capital in the units the glyphs are drawn in: 0 is the top, 8 the baseline. */
const CAP_HEIGHT = 8;
const LETTER_SPACE = 2.3;
const WORD_SPACE = 3.2;
/** From baseline to baseline. */
const LINE_HEIGHT = 13;

interface Glyph {
  readonly width: number;
  /** SVG path data. */
  readonly path: string;
}

const GLYPHS: Readonly<Record<string, Glyph>> = {
  A: { width: 6.2, path: 'M0 8L3.1 0L6.2 8M1.1 5.3H5.1' },
  B: { width: 5, path: 'M0 0H2.9A1.85 1.85 0 0 1 2.9 3.7H0M2.9 3.7A2.15 2.15 0 0 1 2.9 8H0V0' },
  C: { width: 6.1, path: 'M6.1 1.57A3.4 4 0 1 0 6.1 6.43' },
  D: { width: 6.2, path: 'M0 0V8H2.2A4 4 0 0 0 2.2 0Z' },
  E: { width: 4.5, path: 'M4.5 0H0V8H4.5M0 3.8H3.8' },
  F: { width: 4.4, path: 'M4.4 0H0V8M0 3.9H3.7' },
  G: { width: 6.4, path: 'M6.1 1.57A3.4 4 0 1 0 6.4 5.88V4.4H4' },
  H: { width: 5.6, path: 'M0 0V8M5.6 0V8M0 3.9H5.6' },
  I: { width: 0, path: 'M0 0V8' },
  J: { width: 3.6, path: 'M3.6 0V5.7A1.8 2.3 0 0 1 0 5.7' },
  K: { width: 5.3, path: 'M0 0V8M5.2 0L0 5M1.9 3.17L5.3 8' },
  L: { width: 4.3, path: 'M0 0V8H4.3' },
  M: { width: 6.8, path: 'M0 8V0L3.4 5.6L6.8 0V8' },
  N: { width: 5.6, path: 'M0 8V0L5.6 8V0' },
  O: { width: 7, path: 'M3.5 0A3.5 4 0 1 0 3.5 8A3.5 4 0 1 0 3.5 0Z' },
  P: { width: 5.2, path: 'M0 8V0H3A2.2 2.2 0 0 1 3 4.4H0' },
  Q: { width: 7, path: 'M3.5 0A3.5 4 0 1 0 3.5 8A3.5 4 0 1 0 3.5 0ZM4.2 5.9L6.8 8.7' },
  R: { width: 5.4, path: 'M0 8V0H3A2.2 2.2 0 0 1 3 4.4H0M2.8 4.4L5.4 8' },
  S: {
    width: 5.1,
    path: 'M4.9 1.5C4.4 .5 3.6 0 2.6 0C1.2 0 .2 .8 .2 2C.2 3.3 1.3 3.6 2.6 3.9C4 4.2 5.1 4.7 5.1 6C5.1 7.2 4 8 2.6 8C1.4 8 .5 7.4 0 6.4',
  },
  T: { width: 5.4, path: 'M0 0H5.4M2.7 0V8' },
  U: { width: 5.4, path: 'M0 0V5.2A2.7 2.8 0 0 0 5.4 5.2V0' },
  V: { width: 5.8, path: 'M0 0L2.9 8L5.8 0' },
  W: { width: 8.8, path: 'M0 0L2.2 8L4.4 .8L6.6 8L8.8 0' },
  X: { width: 5.4, path: 'M0 0L5.4 8M5.4 0L0 8' },
  Y: { width: 5.6, path: 'M0 0L2.8 4L5.6 0M2.8 4V8' },
  Z: { width: 5.4, path: 'M.2 0H5.2L0 8H5.4' },
  0: { width: 4.8, path: 'M2.4 0A2.4 4 0 1 0 2.4 8A2.4 4 0 1 0 2.4 0Z' },
  1: { width: 2, path: 'M0 1.6L2 0V8' },
  2: { width: 4.9, path: 'M.2 2.1C.3 .8 1.2 0 2.5 0C3.8 0 4.7 .8 4.7 2.1C4.7 3.3 3.8 4.2 .1 8H4.9' },
  3: { width: 4.9, path: 'M.2 0H4.6L2.4 3.2C3.9 3.2 4.9 4.2 4.9 5.6C4.9 7 3.9 8 2.4 8C1.2 8 .4 7.4 0 6.4' },
  4: { width: 5, path: 'M3.8 8V0L0 5.6H5' },
  5: {
    width: 4.8,
    path: 'M4.4 0H.9L.5 3.5C1 3.1 1.6 2.9 2.3 2.9C3.8 2.9 4.8 4 4.8 5.4C4.8 7 3.8 8 2.3 8C1.2 8 .4 7.5 0 6.6',
  },
  6: { width: 4.8, path: 'M4.2 .3C1.7 .2 0 2.4 0 5.4A2.4 2.6 0 1 0 4.8 5.4A2.4 2.5 0 0 0 0 5.2' },
  7: { width: 4.8, path: 'M0 0H4.8L1.6 8' },
  8: {
    width: 5,
    path: 'M2.5 3.7A1.85 1.85 0 1 1 2.5 0A1.85 1.85 0 1 1 2.5 3.7A2.15 2.15 0 1 0 2.5 8A2.15 2.15 0 1 0 2.5 3.7Z',
  },
  9: { width: 4.8, path: 'M.6 7.7C3.1 7.8 4.8 5.6 4.8 2.6A2.4 2.6 0 1 0 0 2.6A2.4 2.5 0 0 0 4.8 2.8' },
  '.': { width: 0, path: 'M0 7.8V8' },
  '-': { width: 2.8, path: 'M0 4.2H2.8' },
  "'": { width: 0, path: 'M0 0V2' },
  '°': { width: 1.8, path: 'M.9 .1A.9 .9 0 1 0 .9 1.9A.9 .9 0 1 0 .9 .1Z' },
};

/** The glyphs whose lean leaves a gap beside them: pairs of them move together. */
const CLOSE_PAIRS = new Set(['AV', 'VA', 'AW', 'WA', 'AY', 'YA', 'AT', 'TA', 'LT', 'LV', 'LY', 'PA', 'FA']);
const KERN = 1.2;

/** What a text becomes in this alphabet: capitals, without accents. */
export function lettersOf(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toUpperCase();
}

/** Text set in lines around its centre. */
export interface SetText {
  /** In glyph units; `scaleFor` tells how many pixels one is. */
  readonly width: number;
  readonly height: number;
  /** Upper left corners of the glyphs, relative to the centre of the text. */
  readonly glyphs: readonly { readonly letter: string; readonly x: number; readonly y: number }[];
}

/** The factor from glyph units to pixels for capitals `capHeight` pixels high. */
export function scaleFor(capHeight: number): number {
  return capHeight / CAP_HEIGHT;
}

/**
 * Sets text in the map's alphabet.
 *
 * @param lines one or more lines, centred below each other; letters the alphabet lacks are left out
 * @param tracking extra space between letters, in glyph units: names of seas are spread wide
 */
export function setText(lines: readonly string[], tracking = 0): SetText {
  const height = CAP_HEIGHT + (lines.length - 1) * LINE_HEIGHT;
  const rows = lines.map((line) => setLine(lettersOf(line), tracking));
  const glyphs = rows.flatMap((row, index) =>
    row.glyphs.map(({ letter, x }) => ({ letter, x: x - row.width / 2, y: index * LINE_HEIGHT - height / 2 })),
  );
  return { width: Math.max(...rows.map((row) => row.width)), height, glyphs };
}

function setLine(text: string, tracking: number): { width: number; glyphs: { letter: string; x: number }[] } {
  const glyphs: { letter: string; x: number }[] = [];
  let x = 0;
  let previous = '';
  for (const letter of text) {
    const glyph = GLYPHS[letter];
    if (letter === ' ') x += WORD_SPACE + tracking;
    if (!glyph) continue;
    if (CLOSE_PAIRS.has(previous + letter)) x -= KERN;
    glyphs.push({ letter, x });
    x += glyph.width + LETTER_SPACE + tracking;
    previous = letter;
  }
  return { width: Math.max(0, x - LETTER_SPACE - tracking), glyphs };
}

function idOf(letter: string): string {
  return `glyph-${letter.codePointAt(0)}`;
}

/** The alphabet as SVG definitions, for the `<use>` elements of `drawText`. */
export function alphabetDefinitions(): string {
  return Object.entries(GLYPHS)
    .map(([letter, { path }]) => `<path id="${idOf(letter)}" d="${path}"/>`)
    .join('');
}

/** The text as SVG elements in glyph units; the caller scales, places and strokes them. */
export function drawText(text: SetText): string {
  return text.glyphs
    .map(({ letter, x, y }) => `<use href="#${idOf(letter)}" x="${x.toFixed(2)}" y="${y.toFixed(2)}"/>`)
    .join('');
}

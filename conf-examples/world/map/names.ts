import type { Country } from './atlas.ts';
import { areaOf, type Box, boxOf, clipRing, farthestInside, type Line, type Point } from './geometry.ts';
import { type SetText, setText } from './lettering.ts';

/** A way to set a country's name, and where within the country it has most room. */
export interface Setting {
  readonly text: SetText;
  readonly center: Point;
  /** Pixels per glyph unit at which the text just fits the country. */
  readonly scale: number;
}

/** A country's name before it is placed on a level: all in pixels of the level it was measured on. */
export interface CountryName {
  /** The settings in one, two and three lines, as far as the name has words for them. */
  readonly settings: readonly Setting[];
  /** Area and extent of the largest polygon: the main land of a country of islands. */
  readonly area: number;
  readonly box: Box;
}

/**
 * Room is sought for at most these proportions of width to height: beyond them a name would be drawn to the longest
 * stretch of a country, however far from its middle.
 */
const WIDEST_ROOM = 3.5;

/** Names that the data abbreviates for tables, or that have changed since. */
const REWRITTEN: Readonly<Record<string, string>> = {
  'Dem. Rep. Congo': 'D. R. Congo',
  'Central African Rep.': 'Central African Republic',
  'Dominican Rep.': 'Dominican Republic',
  'N. Cyprus': 'Northern Cyprus',
  Macedonia: 'North Macedonia',
  'Bosnia and Herz.': 'Bosnia and Herzegovina',
  'S. Sudan': 'South Sudan',
  'W. Sahara': 'Western Sahara',
  'Eq. Guinea': 'Equatorial Guinea',
  'Fr. S. Antarctic Lands': 'French Southern Lands',
};

/** Measures the name of a country against its largest polygon. */
export function measureName(country: Country, size: number): CountryName | undefined {
  const sheet = { minX: -size / 2, maxX: 1.5 * size, minY: 0, maxY: size };
  let area = 0;
  let rings: Line[] = [];
  for (const polygon of country.polygons) {
    const clipped = polygon.map((ring) => clipRing(ring, sheet)).filter((ring) => ring.length > 3);
    const candidate = clipped[0] ? areaOf(clipped[0]) : 0;
    if (candidate <= area) continue;
    area = candidate;
    rings = clipped;
  }
  if (!rings[0]) return undefined;
  const name = (REWRITTEN[country.name] ?? country.name).replace(/ Is\.$/, ' Islands');
  const settings = linings(name.split(' ')).map((lines): Setting => {
    const text = setText(lines);
    const aspect = Math.min(WIDEST_ROOM, text.width / text.height);
    // In a space narrowed by the proportions, the point farthest from the outline has most room around it.
    const narrowed = rings.map((ring) => ring.map(([x, y]): Point => [x / aspect, y]));
    const { point, distance } = farthestInside(narrowed);
    // The text's rectangle inside the ellipse of that distance.
    const scale = distance / Math.hypot(text.width / 2 / aspect, text.height / 2);
    return { text, center: [point[0] * aspect, point[1]], scale };
  });
  return { settings, area, box: boxOf(rings[0]) };
}

/** The most even ways to break words into one, two and three lines. */
function linings(words: readonly string[]): string[][] {
  const all = [[words.join(' ')]];
  const even = (broken: string[][]): string[] | undefined =>
    broken.sort((a, b) => longest(a) - longest(b)).find(() => true);
  const cut = (from: number, to?: number) => words.slice(from, to).join(' ');
  const two = words.slice(1).map((_, at) => [cut(0, at + 1), cut(at + 1)]);
  const three = words
    .slice(1)
    .flatMap((_, a) => words.slice(a + 2).map((__, b) => [cut(0, a + 1), cut(a + 1, a + b + 2), cut(a + b + 2)]));
  for (const lines of [even(two), even(three)]) if (lines) all.push(lines);
  return all;
}

function longest(lines: readonly string[]): number {
  return Math.max(...lines.map((line) => line.length));
}

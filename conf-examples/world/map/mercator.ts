import type { Line, Point } from './geometry.ts';

/** Where Web Mercator ends north and south, so that the world is a square: degrees of latitude. */
export const EDGE_LATITUDE = 85.0511287798066;

/** Beyond the edge but short of the pole, which lies infinitely far away: no coast is drawn beyond it. */
const LAST_LATITUDE = 87;

/** Degrees to world units: 0 to 1 from west to east and from the northern to the southern edge of the map. */
export function project(longitude: number, latitude: number): Point {
  const clamped = Math.max(-LAST_LATITUDE, Math.min(LAST_LATITUDE, latitude));
  const sine = Math.sin((clamped * Math.PI) / 180);
  return [longitude / 360 + 0.5, 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)];
}

/** Undoes the jumps at the dateline: every step becomes the short way round, so the line may leave 0..1. */
export function unrolled(line: Line): Line {
  let previous: number | undefined;
  return line.map(([x, y]): Point => {
    const continued: number = previous === undefined ? x : x - Math.round(x - previous);
    previous = continued;
    return [continued, y];
  });
}

/**
 * The copies of a ring needed to show the world from `-margin` to `1 + margin` (world units), as the map repeats
 * itself east and west. A ring that winds once around the world encloses a pole: its copies become one band of coast,
 * closed beyond the edge of the map. Only Antarctica does so, and the southern pole is assumed.
 */
export function ringsAcrossWorld(ring: Line, margin: number): Line[] {
  const line = unrolled(ring);
  const winding = Math.round((line.at(-1)?.[0] ?? 0) - (line[0]?.[0] ?? 0));
  if (winding === 0) return linesAcrossWorld(line, margin);
  const eastwards = winding > 0 ? line : [...line].reverse();
  const start = Math.floor(eastwards[0]?.[0] ?? 0);
  const band = [-2, -1, 0, 1, 2].flatMap((turn) => eastwards.map(([x, y]): Point => [x - start + turn, y]));
  const [west, east] = [band[0]?.[0] ?? 0, band.at(-1)?.[0] ?? 0];
  const [, south] = project(0, -LAST_LATITUDE);
  return [[...band, [east, south], [west, south]]];
}

/** The copies of an open or closed line that touch `-margin` to `1 + margin` (world units). */
export function linesAcrossWorld(line: Line, margin: number): Line[] {
  const continued = unrolled(line);
  const xs = continued.map(([x]) => x);
  const [west, east] = [Math.min(...xs), Math.max(...xs)];
  const copies: Line[] = [];
  for (let turn = Math.floor(-margin - east); turn <= Math.ceil(1 + margin - west); turn++) {
    if (east + turn < -margin || west + turn > 1 + margin) continue;
    copies.push(continued.map(([x, y]): Point => [x + turn, y]));
  }
  return copies;
}

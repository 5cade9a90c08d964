import type { Country, LevelMap } from './atlas.ts';
import { type Box, boxesMeet, boxOf, isInside, type Line, type Point } from './geometry.ts';
import { type SetText, scaleFor, setText } from './lettering.ts';
import { project } from './mercator.ts';
import type { CountryName } from './names.ts';
import { SEAS } from './seas.ts';
import { LEVELS, type LevelStyle } from './style.ts';

export type LabelKind = 'country' | 'sea' | 'line';

/** A text placed on a level: centre in pixels, scale in pixels per glyph unit. */
export interface Label {
  readonly kind: LabelKind;
  readonly text: SetText;
  readonly center: Point;
  readonly scale: number;
  readonly box: Box;
}

/** Free space around a name: pixels. */
const CLEARANCE = 3;
/** Names keep away from the northern and southern edge of the map: pixels. */
const EDGE = 4;
/** The part of a country's name that may lie on its neighbours' land. */
const MOST_ON_FOREIGN_LAND = 0.12;
/** A name may be this much larger than fits inside its country exactly: it then crosses the border a little. */
const SQUEEZE = 1.1;

/** The named circles of latitude. */
export const CIRCLES: readonly { readonly name: string; readonly latitude: number }[] = [
  { name: 'Arctic Circle', latitude: 66.5636 },
  { name: 'Tropic of Cancer', latitude: 23.4364 },
  { name: 'Tropic of Capricorn', latitude: -23.4364 },
  { name: 'Antarctic Circle', latitude: -66.5636 },
];

/**
 * Places the names of a level: oceans first, then countries from the largest to the smallest, seas, and the lines of
 * the graticule. A name that would meet one placed before it is left out.
 *
 * @param names as measured, by country, scaled to the pixels of this level
 */
export function placeLabels(map: LevelMap, names: ReadonlyMap<string, CountryName>): Label[] {
  const style = LEVELS[map.level];
  if (!style) return [];
  const sheet = new Sheet(map);
  placeSeas(sheet, style, 'ocean');
  const byArea = [...names].sort(([, a], [, b]) => b.area - a.area);
  for (const [country, name] of byArea) if (name.area >= style.namedArea) placeCountry(sheet, style, country, name);
  placeSeas(sheet, style, 'sea');
  if (style.lineNames) placeLineNames(sheet, style);
  return sheet.labels;
}

/** A level with the labels placed so far. */
class Sheet {
  readonly labels: Label[] = [];
  readonly map: LevelMap;
  readonly #land: { country: Country; rings: readonly Line[]; box: Box }[];

  constructor(map: LevelMap) {
    this.map = map;
    this.#land = map.countries.flatMap((country) =>
      country.polygons.map((rings) => ({ country, rings, box: boxOf(rings.flat()) })),
    );
  }

  /** Adds a label unless it meets another, the map's edge, or more land than `mostOnLand` (a part of 1). */
  place(kind: LabelKind, text: SetText, center: Point, scale: number, mostOnLand: number, own?: string): boolean {
    const { size } = this.map;
    const [x, y] = [((center[0] % size) + size) % size, center[1]];
    const [halfWidth, halfHeight] = [(text.width * scale) / 2, (text.height * scale) / 2];
    const box = { minX: x - halfWidth, maxX: x + halfWidth, minY: y - halfHeight, maxY: y + halfHeight };
    if (box.minY < EDGE || box.maxY > size - EDGE || this.#meetsLabel(box)) return false;
    if (this.#partOnLand(box, own) > mostOnLand) return false;
    this.labels.push({ kind, text, center: [x, y], scale, box });
    return true;
  }

  #meetsLabel(box: Box): boolean {
    return [-this.map.size, 0, this.map.size].some((dx) => {
      const around = {
        minX: box.minX + dx - CLEARANCE,
        maxX: box.maxX + dx + CLEARANCE,
        minY: box.minY - CLEARANCE,
        maxY: box.maxY + CLEARANCE,
      };
      return this.labels.some((label) => boxesMeet(around, label.box));
    });
  }

  /** How much of a box lies on land other than the country named `own`, sampled. */
  #partOnLand(box: Box, own: string | undefined): number {
    const beneath = this.#land.filter((land) => land.country.name !== own && boxesMeet(land.box, box));
    const [columns, rows] = [17, 5];
    let hits = 0;
    for (let column = 0; column < columns; column++) {
      for (let row = 0; row < rows; row++) {
        const x = box.minX + ((box.maxX - box.minX) * column) / (columns - 1);
        const y = box.minY + ((box.maxY - box.minY) * row) / (rows - 1);
        if (beneath.some((land) => isInside([x, y], land.rings))) hits++;
      }
    }
    return hits / (columns * rows);
  }
}

/** A name may cover this many times the area of a country, the rest on the sea. */
const HIDING = 2.5;

/** Square pixels of main land at which a name begins to grow, and at which it has its full height. */
const SMALL_COUNTRY = 400;
const LARGE_COUNTRY = 400_000;

function placeCountry(sheet: Sheet, style: LevelStyle, country: string, name: CountryName): void {
  const [smallest, largest] = style.country;
  const growth = Math.log(name.area / SMALL_COUNTRY) / Math.log(LARGE_COUNTRY / SMALL_COUNTRY);
  const wanted = scaleFor(smallest + (largest - smallest) * Math.min(1, Math.max(0, growth)));
  // The fewest lines at the wanted height, else what comes nearest to it.
  const settings = [...name.settings].sort((a, b) => Math.min(wanted, b.scale) - Math.min(wanted, a.scale));
  for (const { text, center, scale } of settings) {
    const fitting = Math.max(scaleFor(smallest), Math.min(wanted, scale * SQUEEZE));
    // A name that hides the whole island belongs beside it.
    if (text.width * text.height * fitting ** 2 > HIDING * name.area) continue;
    if (sheet.place('country', text, center, fitting, MOST_ON_FOREIGN_LAND, country)) return;
  }
  const scale = scaleFor(smallest);
  // Over the sea a name has room: two lines, else one.
  for (const { text } of name.settings.slice(0, 2).reverse()) {
    const places = [...reachingOut(text, scale, name), ...(name.area < SMALL_COUNTRY ? beside(text, scale, name) : [])];
    if (places.some((center) => sheet.place('country', text, center, scale, 0.02, country))) return;
  }
}

/** Places that begin within a narrow country and reach out over the sea. */
function reachingOut(text: SetText, scale: number, { settings, area }: CountryName): Point[] {
  const setting = settings.find((candidate) => candidate.text === text);
  if (!setting || text.width * text.height * scale ** 2 > HIDING * area) return [];
  const [x, y] = setting.center;
  const half = (text.width * scale) / 2;
  return [0.35, -0.35, 0.6, -0.6].map((part): Point => [x + part * half, y]);
}

/** Places right and left of, below and above a small country. */
function beside(text: SetText, scale: number, { box }: CountryName): Point[] {
  const [x, y] = [(box.minX + box.maxX) / 2, (box.minY + box.maxY) / 2];
  const [dx, dy] = [(text.width * scale) / 2 + CLEARANCE + 1, (text.height * scale) / 2 + CLEARANCE + 1];
  return [
    [box.maxX + dx, y],
    [box.minX - dx, y],
    [x, box.maxY + dy],
    [x, box.minY - dy],
  ];
}

function toPixels(sheet: Sheet, longitude: number, latitude: number): Point {
  const [x, y] = project(longitude, latitude);
  return [x * sheet.map.size, y * sheet.map.size];
}

function placeSeas(sheet: Sheet, style: LevelStyle, rank: 'ocean' | 'sea'): void {
  for (const { lines, longitude, latitude, levels, ...sea } of SEAS) {
    if (sea.rank !== rank || sheet.map.level < levels[0] || sheet.map.level > levels[1]) continue;
    const text = setText(lines, rank === 'ocean' ? 3 : 1.2);
    sheet.place('sea', text, toPixels(sheet, longitude, latitude), scaleFor(style[rank]), 0.02);
  }
}

/** Height of a capital in the names of the graticule and the circles: pixels. */
const LINE_NAME = 5.5;

/** Names the lines where they cross open water, at a few meridians and near the equator only. */
function placeLineNames(sheet: Sheet, { graticule }: LevelStyle): void {
  const scale = scaleFor(LINE_NAME);
  const between = graticule / 2;
  for (const longitude of [-150, -30, 90]) {
    for (const { name, latitude } of CIRCLES) {
      const [x, y] = toPixels(sheet, longitude + between, latitude);
      sheet.place('line', setText([name], 0.8), [x, y - LINE_NAME - 1], scale, 0);
    }
    for (let latitude = -80; latitude <= 80; latitude += 10) {
      if (latitude % graticule !== 0) continue;
      const text = setText([latitude === 0 ? 'Equator' : degrees(latitude, 'N', 'S')]);
      sheet.place('line', text, toPixels(sheet, longitude + between, latitude), scale, 0);
    }
  }
  const [, middle] = project(0, between);
  const y = middle * sheet.map.size;
  for (let longitude = -180; longitude < 180; longitude += graticule) {
    const text = setText([Math.abs(longitude) === 180 ? '180°' : degrees(longitude, 'E', 'W')]);
    sheet.place('line', text, [toPixels(sheet, longitude, 0)[0], y], scale, 0);
  }
}

function degrees(angle: number, positive: string, negative: string): string {
  if (angle === 0) return '0°';
  return `${Math.abs(angle)}°${angle > 0 ? positive : negative}`;
}

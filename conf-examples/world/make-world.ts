import { rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { type Atlas, type LevelMap, mapForLevel, readAtlas, TILE_SIZE } from './map/atlas.ts';
import { placeLabels } from './map/labels.ts';
import { type StoredTile, writeMbtiles } from './map/mbtiles.ts';
import { type CountryName, measureName } from './map/names.ts';
import { Palette } from './map/palette.ts';
import { drawSheet, MARGIN } from './map/sheet.ts';

export const MAX_LEVEL = 5;

/** The level whose colours make the palette: it shows everything and fits one sheet. */
const PALETTE_LEVEL = 3;
/** The level names are measured on: fine enough for small countries. */
const NAMES_LEVEL = 4;
/** Tiles along one side of a sheet. */
const SHEET_TILES = 8;
/** Sheets in work at once: each takes a core and some 50 MB. */
const SHEETS_AT_ONCE = 2;
/** The least effort at which sharp's palette keeps colours as they are (1 to 10). */
const PNG_EFFORT = 4;

const METADATA = {
  name: 'World (Natural Earth)',
  description: 'Countries of the world, 1:50 million',
  format: 'png',
  type: 'baselayer',
  version: '1.0',
  bounds: '-180,-85.0511,180,85.0511',
  center: '0,20,2',
  minzoom: '0',
  maxzoom: String(MAX_LEVEL),
  attribution: 'Natural Earth (public domain)',
};

/** Draws levels of the world map, one after the other; what they have in common is worked out once. */
export class WorldPainter {
  readonly #atlas: Atlas;
  readonly #names: Map<string, CountryName>;
  readonly #palette: Palette;

  private constructor(atlas: Atlas, names: Map<string, CountryName>, palette: Palette) {
    this.#atlas = atlas;
    this.#names = names;
    this.#palette = palette;
  }

  static async open(): Promise<WorldPainter> {
    const atlas = await readAtlas();
    const { countries, size } = mapForLevel(atlas, NAMES_LEVEL, MARGIN);
    const names = new Map<string, CountryName>();
    for (const country of countries) {
      const name = measureName(country, size);
      if (name) names.set(country.name, name);
    }
    const map = mapForLevel(atlas, PALETTE_LEVEL, MARGIN);
    const sample = await rasterise(map, placeLabels(map, namesFor(names, PALETTE_LEVEL)), 0, 0, map.size);
    return new WorldPainter(atlas, names, new Palette(sample));
  }

  /** The tiles of a level, sheet by sheet. */
  async *paint(level: number): AsyncGenerator<StoredTile> {
    const map = mapForLevel(this.#atlas, level, MARGIN);
    const labels = placeLabels(map, namesFor(this.#names, level));
    const tiles = 2 ** level;
    const perSheet = Math.min(SHEET_TILES, tiles);
    const side = perSheet * TILE_SIZE;
    const corners: [column: number, row: number][] = [];
    for (let column = 0; column < tiles; column += perSheet) {
      for (let row = 0; row < tiles; row += perSheet) corners.push([column, row]);
    }
    const draw = async ([column, row]: [number, number]): Promise<StoredTile[]> => {
      const pixels = await rasterise(map, labels, column * TILE_SIZE, row * TILE_SIZE, side);
      this.#palette.apply(pixels);
      const cuts = await cut(pixels, side);
      return cuts.map(({ x, y, png }) => ({ level, column: column + x, row: tiles - 1 - (row + y), png }));
    };
    for (let at = 0; at < corners.length; at += SHEETS_AT_ONCE) {
      for (const drawn of await Promise.all(corners.slice(at, at + SHEETS_AT_ONCE).map(draw))) yield* drawn;
    }
  }
}

function namesFor(names: ReadonlyMap<string, CountryName>, level: number): Map<string, CountryName> {
  const factor = 2 ** (level - NAMES_LEVEL);
  return new Map([...names].map(([country, name]) => [country, scaled(name, factor)]));
}

function scaled({ settings, area, box }: CountryName, factor: number): CountryName {
  return {
    settings: settings.map(({ text, center: [x, y], scale }) => ({
      text,
      center: [x * factor, y * factor],
      scale: scale * factor,
    })),
    area: area * factor ** 2,
    box: { minX: box.minX * factor, minY: box.minY * factor, maxX: box.maxX * factor, maxY: box.maxY * factor },
  };
}

type Labels = ReturnType<typeof placeLabels>;

/** A sheet as pixels of 3 bytes. */
async function rasterise(map: LevelMap, labels: Labels, left: number, top: number, side: number): Promise<Buffer> {
  const svg = drawSheet(map, labels, left, top, side);
  return await sharp(Buffer.from(svg), { unlimited: true }).removeAlpha().raw().toBuffer();
}

async function cut(pixels: Buffer, side: number): Promise<{ x: number; y: number; png: Buffer }[]> {
  const places = Array.from({ length: (side / TILE_SIZE) ** 2 }, (_, index) => ({
    x: Math.floor(index / (side / TILE_SIZE)),
    y: index % (side / TILE_SIZE),
  }));
  return await Promise.all(
    places.map(async ({ x, y }) => {
      const png = await sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
        .extract({ left: x * TILE_SIZE, top: y * TILE_SIZE, width: TILE_SIZE, height: TILE_SIZE })
        // The pixels hold no more colours than a palette has: with less effort they would be rounded all the same.
        .png({ palette: true, quality: 100, dither: 0, effort: PNG_EFFORT, compressionLevel: 9 })
        .toBuffer();
      return { x, y, png };
    }),
  );
}

export interface MadeWorld {
  readonly path: string;
  readonly tiles: number;
  /** Size of the file. */
  readonly bytes: number;
}

/**
 * Makes the sample world map as an MBTiles file of PNG tiles in Web Mercator, levels 0 to 5. The file appears under
 * its name only when it is complete, so several processes may make it at once; the last one's stays.
 *
 * @param output path of the file; its folder must exist
 * @throws what the file system or the database reports; no incomplete file is left behind then
 */
export async function makeWorld(output: string): Promise<MadeWorld> {
  const path = resolve(output);
  const draft = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}.tmp`;
  const painter = await WorldPainter.open();
  const tiles: StoredTile[] = [];
  for (let level = 0; level <= MAX_LEVEL; level++) {
    for await (const tile of painter.paint(level)) tiles.push(tile);
  }
  try {
    writeMbtiles(draft, METADATA, tiles);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  return { path, tiles: tiles.length, bytes: (await stat(path)).size };
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const made = await makeWorld(process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), 'world.mbtiles'));
  console.log(`${made.path}: ${made.tiles} tiles, ${(made.bytes / 1e6).toFixed(1)} MB`);
}

import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import Database from 'libsql';
import sharp from 'sharp';
import { type MadeWorld, makeWorld, WorldPainter } from '../../../conf-examples/world/make-world.ts';
import { type LevelMap, mapForLevel, readAtlas } from '../../../conf-examples/world/map/atlas.ts';
import { type Label, placeLabels } from '../../../conf-examples/world/map/labels.ts';
import { drawSheet, MARGIN } from '../../../conf-examples/world/map/sheet.ts';
import { COLOURS } from '../../../conf-examples/world/map/style.ts';

const TILE = 256;

interface Pixels {
  readonly data: Buffer;
  readonly channels: number;
}

type Colour = [red: number, green: number, blue: number];

let folder: string;
let made: MadeWorld;
let database: Database.Database;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mapgate-world-'));
  made = await makeWorld(join(folder, 'world.mbtiles'));
  database = new Database(made.path, { readonly: true });
});

after(async () => {
  database.close();
  await rm(folder, { recursive: true });
});

function png(level: number, column: number, row: number): Buffer {
  const select = 'SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?';
  const [found]: unknown[] = [database.prepare(select).raw().get(level, column, row)].flat();
  assert.ok(Buffer.isBuffer(found), `tile ${level}/${column}/${row}`);
  return found;
}

async function pixels(level: number, column: number, row: number): Promise<Pixels> {
  const { data, info } = await sharp(png(level, column, row))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  assert.deepEqual([info.width, info.height], [TILE, TILE]);
  return { data, channels: info.channels };
}

function colourAt({ data, channels }: Pixels, x: number, y: number): Colour {
  const [red = 0, green = 0, blue = 0] = data.subarray((y * TILE + x) * channels);
  return [red, green, blue];
}

/** The colour at a place on a level, found through TMS rows. */
async function colourAtPlace(longitude: number, latitude: number, level: number): Promise<Colour> {
  const world = TILE * 2 ** level;
  const x = Math.floor((longitude / 360 + 0.5) * world);
  const angle = (latitude * Math.PI) / 180;
  const y = Math.floor((0.5 - Math.log(Math.tan(Math.PI / 4 + angle / 2)) / (2 * Math.PI)) * world);
  const tile = await pixels(level, Math.floor(x / TILE), 2 ** level - 1 - Math.floor(y / TILE));
  return colourAt(tile, x % TILE, y % TILE);
}

const hex = (colour: Colour) => `#${colour.map((part) => part.toString(16).padStart(2, '0')).join('')}`;

describe('the sample world map', () => {
  it('holds every tile of levels 0 to 5', () => {
    const counts = database.prepare('SELECT count(*) FROM tiles GROUP BY zoom_level ORDER BY zoom_level').pluck().all();
    assert.deepEqual(counts, [1, 4, 16, 64, 256, 1024]);
    assert.equal(made.tiles, 1365);
  });

  it('takes less than 4 MB', () => {
    assert.ok(made.bytes < 4e6, `${made.bytes} bytes`);
  });

  it('describes itself as MBTiles asks', () => {
    const rows = database.prepare('SELECT name, value FROM metadata').raw().all();
    const metadata: Record<string, unknown> = Object.fromEntries(rows as [string, string][]);
    assert.equal(metadata.format, 'png');
    assert.equal(metadata.type, 'baselayer');
    assert.equal(metadata.minzoom, '0');
    assert.equal(metadata.maxzoom, '5');
    assert.equal(metadata.bounds, '-180,-85.0511,180,85.0511');
    assert.equal(metadata.attribution, 'Natural Earth (public domain)');
  });

  it('refuses the same tile twice', () => {
    const indexes = database.prepare("SELECT sql FROM sqlite_master WHERE type = 'index'").pluck().all();
    assert.deepEqual(indexes, ['CREATE UNIQUE INDEX idx_tile ON tiles (zoom_level, tile_column, tile_row)']);
  });

  it('holds paletted PNG files of 256 by 256 pixels', async () => {
    for (const [level, column, row] of [
      [0, 0, 0],
      [3, 4, 5],
      [5, 16, 20],
      [5, 31, 0],
    ] as const) {
      const { format, width, height, isPalette } = await sharp(png(level, column, row)).metadata();
      assert.deepEqual(
        { format, width, height, isPalette },
        { format: 'png', width: 256, height: 256, isPalette: true },
      );
    }
  });

  it('shows land and sea where they are, row 0 in the south', async () => {
    for (const level of [1, 3, 5]) {
      assert.equal(hex(await colourAtPlace(-123, 17.3, level)), COLOURS.sea, `Pacific, level ${level}`);
      for (const [longitude, latitude] of [
        [-42, -12],
        [21, 25],
        [120, 64],
        [122, -29],
      ] as const) {
        const colour = hex(await colourAtPlace(longitude, latitude, level));
        assert.ok(new Set<string>(COLOURS.land).has(colour), `${colour} at ${longitude} ${latitude}, level ${level}`);
      }
      assert.equal(hex(await colourAtPlace(-45, 66, level)), COLOURS.ice, `Greenland, level ${level}`);
    }
  });

  it('fills Antarctica to the southern edge of the map', async () => {
    for (let longitude = 10; longitude <= 120; longitude += 10) {
      assert.equal(hex(await colourAtPlace(longitude, -85.04, 5)), COLOURS.ice, `at ${longitude} E`);
    }
  });

  it('draws no line through Siberia at the dateline', async () => {
    for (let latitude = 66.7; latitude < 68.5; latitude += 0.1) {
      const [west, east] = await Promise.all([colourAtPlace(179.98, latitude, 5), colourAtPlace(-179.98, latitude, 5)]);
      assert.ok(new Set<string>(COLOURS.land).has(hex(west)), `${hex(west)} at ${latitude} N`);
      assert.equal(hex(east), hex(west), `at ${latitude} N`);
    }
  });

  it('is the same when it is made again', async () => {
    const painter = await WorldPainter.open();
    for await (const { level, column, row, png: again } of painter.paint(3)) {
      assert.ok(again.equals(png(level, column, row)), `tile ${level}/${column}/${row}`);
    }
  });

  it('leaves no draft beside the file', async () => {
    assert.deepEqual(await readdir(folder), ['world.mbtiles']);
  });
});

describe('drawing in sheets', () => {
  const SIDE = 512;
  /** The edges of shapes may come out a little lighter or darker; the faintest line differs by 25 from the sea. */
  const ROUNDING = 8;
  let map: LevelMap;
  let labels: Label[];

  before(async () => {
    map = mapForLevel(await readAtlas(), 4, MARGIN);
    labels = placeLabels(map, new Map());
  });

  async function sheet(left: number, top: number): Promise<Buffer> {
    const svg = drawSheet(map, labels, left, top, SIDE);
    return await sharp(Buffer.from(svg)).removeAlpha().raw().toBuffer();
  }

  /** The part of a sheet's pixels between two columns, all rows. */
  function columns(pixels: Buffer, from: number, to: number): Buffer {
    const rows = Array.from({ length: SIDE }, (_, y) => pixels.subarray((y * SIDE + from) * 3, (y * SIDE + to) * 3));
    return Buffer.concat(rows);
  }

  /** The largest difference in a channel. */
  function difference(a: Buffer, b: Buffer): number {
    assert.equal(a.length, b.length);
    let largest = 0;
    for (const [index, value] of a.entries()) largest = Math.max(largest, Math.abs(value - (b[index] ?? 0)));
    return largest;
  }

  it('draws the same, wherever a sheet begins', async () => {
    // Around Iceland and Norway, where coasts, circle, meridians and the name of a sea cross the border at 2048.
    const [west, east, across] = await Promise.all([sheet(1536, 768), sheet(2048, 768), sheet(1792, 768)]);
    assert.ok(difference(columns(west, 256, 512), columns(across, 0, 256)) <= ROUNDING, 'western half');
    assert.ok(difference(columns(east, 0, 256), columns(across, 256, 512)) <= ROUNDING, 'eastern half');
  });

  it('draws both sides of the dateline alike', async () => {
    // A sheet over the western edge of the world and one over the eastern: the same strip, drawn from either side.
    const strip = MARGIN / 2;
    const [west, east] = await Promise.all([sheet(-strip, 896), sheet(map.size - strip, 896)]);
    assert.ok(difference(columns(west, strip, 2 * strip), columns(east, strip, 2 * strip)) <= ROUNDING, 'east of it');
    assert.ok(difference(columns(west, 0, strip), columns(east, 0, strip)) <= ROUNDING, 'west of it');
  });
});

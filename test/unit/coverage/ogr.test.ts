import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openDatabase } from '../../../src/cache/store/sqlite.ts';
import { coverage } from './support.ts';
import { type Square, writeShapefile } from './write-shapefile.ts';

const SQUARES: readonly Square[] = [
  { name: 'Alsen', size: 312, bbox: [9, 54, 10, 55] },
  { name: "Wall's End", size: 5, bbox: [20, 0, 21, 1] },
  { name: 'Fehmarn', size: 185, bbox: [11, 54, 12, 55] },
];

function square({ bbox: [west, south, east, north] }: Square): number[][] {
  return [
    [west, south],
    [west, north],
    [east, north],
    [east, south],
    [west, south],
  ];
}

/** A polygon as a GeoPackage has it: header without an envelope, then well-known binary. */
function geopackageBlob(one: Square): Buffer {
  const head = Buffer.from([0x47, 0x50, 0, 1, 0, 0, 0, 0]);
  const body = Buffer.alloc(1 + 4 + 4 + 4 + 5 * 16);
  let at = body.writeUInt8(1, 0);
  for (const number of [3, 1, 5]) at = body.writeUInt32LE(number, at);
  for (const [x = 0, y = 0] of square(one)) at = body.writeDoubleLE(y, body.writeDoubleLE(x, at));
  return Buffer.concat([head, body]);
}

describe('COV-04: data sources with features', () => {
  let folder = '';

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mapgate-test-'));
    await writeShapefile(join(folder, 'islands'), SQUARES);
    const features = SQUARES.map((one) => ({
      type: 'Feature',
      properties: { name: one.name, size: one.size },
      geometry: { type: 'Polygon', coordinates: [square(one)] },
    }));
    await writeFile(join(folder, 'islands.geojson'), JSON.stringify({ type: 'FeatureCollection', features }));
    const database = openDatabase(join(folder, 'islands.gpkg'));
    database.exec('CREATE TABLE gpkg_contents (table_name TEXT, data_type TEXT)');
    database.exec("INSERT INTO gpkg_contents VALUES ('islands', 'features')");
    database.exec('CREATE TABLE islands (name TEXT, size INTEGER, geom BLOB)');
    const insert = database.prepare('INSERT INTO islands VALUES (?, ?, ?)');
    for (const one of SQUARES) insert.run(one.name, one.size, geopackageBlob(one));
    database.close();
  });

  after(() => rm(folder, { recursive: true, force: true }));

  for (const file of ['islands.shp', 'islands.geojson', 'islands.gpkg']) {
    const read = async (where?: string) => (await coverage({ datasource: file, srs: 'EPSG:4326', where }, folder)).bbox;

    it(`${file}: all of it`, async () => {
      assert.deepEqual(await read(), [9, 0, 21, 55]);
    });

    for (const [where, bbox] of [
      ["name = 'Alsen'", [9, 54, 10, 55]],
      ['size < 200 AND size >= 100', [11, 54, 12, 55]],
      [`"name" IN ('Alsen', 'Fehmarn')`, [9, 54, 12, 55]],
      ["name LIKE '%hm%'", [11, 54, 12, 55]],
      ["NOT (name LIKE 'Al%' OR size > 200) AND name <> 'Fehmarn'", [20, 0, 21, 1]],
      ["name = 'Wall''s End'", [20, 0, 21, 1]],
      ['SELECT * FROM islands WHERE size BETWEEN 180 AND 190', [11, 54, 12, 55]],
      ['select * from "islands" where size is not null', [9, 0, 21, 55]],
    ] as const) {
      it(`${file}: ${where}`, async () => {
        assert.deepEqual(await read(where), bbox);
      });
    }

    it(`${file}: a filter that nobody understands is an error`, async () => {
      await assert.rejects(read('size >'), /where ends too early|incomplete input|syntax error/);
    });
  }

  it('the older names ogr_datasource, ogr_where and ogr_srs', async () => {
    const options = { ogr_datasource: 'islands.shp', ogr_where: 'SIZE = 5', ogr_srs: 'EPSG:4326' };
    assert.deepEqual((await coverage(options, folder)).bbox, [20, 0, 21, 1]);
  });
});

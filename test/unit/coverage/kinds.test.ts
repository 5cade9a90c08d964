import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { EmptyCoverageError } from '../../../src/coverage/errors.ts';
import { ConfigError } from '../../../src/http/errors.ts';
import { MERCATOR_LIMIT } from '../../../src/srs/srs.ts';
import { folderWith, temporaryFolder } from '../../support/temporary.ts';
import { areaOf, coverage, MERCATOR, WGS84 } from './support.ts';

const SQUARE = 'POLYGON((0 0, 10 0, 10 10, 0 10, 0 0))';

describe('coverages', () => {
  it('COV-01: a bbox as a list, as a text, and as a data source, with either name of its SRS', async () => {
    const expected = [5, 50, 10, 55];
    for (const options of [
      { bbox: [5, 50, 10, 55], srs: 'EPSG:4326' },
      { bbox: '5,50,10,55', bbox_srs: 'EPSG:4326' },
      { datasource: '5, 50, 10, 55', srs: 'EPSG:4326' },
      { datasource: [5, 50, 10, 55], srs: 'EPSG:4326' },
    ]) {
      assert.deepEqual((await coverage(options)).bbox, expected);
    }
  });

  it('COV-02: WKT polygons, one in a line, behind a byte order mark, are one area', async (test) => {
    const text = `\uFEFF${SQUARE}\n\nMULTIPOLYGON(((5 5,15 5,15 15,5 15,5 5)),((20 20,21 20,21 21,20 21,20 20)))\n`;
    const folder = await folderWith(test, { 'area.txt': text });
    for (const options of [
      { polygons: 'area.txt', polygons_srs: 'EPSG:4326' },
      { datasource: 'area.txt', srs: 'EPSG:4326' },
    ]) {
      const built = await coverage(options, folder);
      assert.deepEqual(built.bbox, [0, 0, 21, 21]);
      assert.ok(Math.abs(areaOf(built) - (100 + 100 - 25 + 1)) < 1e-6);
    }
  });

  it('COV-02: other geometries are ignored with a warning', async (test) => {
    const folder = await folderWith(test, { 'area.wkt': `${SQUARE}\nPOINT(3 3)\n` });
    const warnings: string[] = [];
    await coverage({ datasource: 'area.wkt', srs: 'EPSG:4326' }, folder, warnings);
    assert.deepEqual(warnings, ['ignoring non-polygon geometry (Point) from area.wkt']);
  });

  it('COV-02: a line that is no WKT is an error with its number', async (test) => {
    const folder = await folderWith(test, { 'area.wkt': `${SQUARE}\nPOLYGON((0 0, 1 x))\n` });
    const built = coverage({ datasource: 'area.wkt', srs: 'EPSG:4326' }, folder);
    await assert.rejects(built, (error) => error instanceof ConfigError && /area\.wkt, line 2/.test(error.message));
  });

  it('COV-03: GeoJSON collections, features and geometries', async (test) => {
    const geometry = {
      type: 'Polygon',
      coordinates: [
        [
          [0, 0],
          [4, 0],
          [4, 4],
          [0, 4],
          [0, 0],
        ],
      ],
    };
    const feature = { type: 'Feature', properties: {}, geometry };
    const files = { collection: { type: 'FeatureCollection', features: [feature] }, feature, geometry };
    const folder = await folderWith(
      test,
      Object.fromEntries(Object.entries(files).map(([name, json]) => [`${name}.json`, JSON.stringify(json)])),
    );
    for (const name of Object.keys(files)) {
      assert.deepEqual((await coverage({ datasource: `${name}.json`, srs: 'EPSG:4326' }, folder)).bbox, [0, 0, 4, 4]);
    }
  });

  it('COV-04: connections of OGR are refused with what is read instead', async () => {
    const built = coverage({ datasource: "PG: dbname='x'", srs: 'EPSG:4326' });
    await assert.rejects(built, /data sources of PG cannot be read: WKT, GeoJSON, shapefiles/);
  });

  it('COV-04: an unknown format is refused, and a missing file named', async (test) => {
    const folder = await folderWith(test, { 'a.kml': '<kml/>' });
    await assert.rejects(coverage({ datasource: 'a.kml', srs: 'EPSG:4326' }, folder), /format of a\.kml is not known/);
    await assert.rejects(coverage({ datasource: 'b.kml', srs: 'EPSG:4326' }, folder), /b\.kml cannot be read/);
  });

  it('COV-05: expired tiles of a file, in web Mercator, rows from the north', async (test) => {
    const folder = await folderWith(test, { 'tiles.txt': '1/0/0\n1/1/0\n2/0/3\n' });
    const built = await coverage({ expire_tiles: 'tiles.txt' }, folder);
    assert.ok(built.srs.equals(MERCATOR));
    assert.deepEqual(built.bbox, [-MERCATOR_LIMIT, -MERCATOR_LIMIT, MERCATOR_LIMIT, MERCATOR_LIMIT]);
    assert.ok(Math.abs(areaOf(built) / (2 * MERCATOR_LIMIT) ** 2 - (1 / 2 + 1 / 16)) < 1e-9);
  });

  it('COV-05: all files below a folder; a bad line ends only its file, with a warning', async (test) => {
    const folder = await temporaryFolder(test);
    await mkdir(join(folder, 'expire', 'deep'), { recursive: true });
    await writeFile(join(folder, 'expire', 'a.txt'), '1/0/0\n1/2\n1/1/0\n');
    await writeFile(join(folder, 'expire', 'deep', 'b.txt'), '1/0/1\n');
    const warnings: string[] = [];
    const built = await coverage({ expire_tiles: 'expire' }, folder, warnings);
    assert.deepEqual(built.bbox, [-MERCATOR_LIMIT, -MERCATOR_LIMIT, 0, MERCATOR_LIMIT]);
    assert.match(warnings.join(), /found error in .*a\.txt, skipping rest of file/);
    assert.equal(warnings.length, 1);
  });

  const WEST = { bbox: [0, 0, 6, 10], srs: 'EPSG:4326' };
  const EAST = { bbox: [4, 0, 10, 10], srs: 'EPSG:4326' };

  for (const [kind, area] of [
    ['union', 100],
    ['intersection', 20],
    ['difference', 40],
  ] as const) {
    it(`COV-06: ${kind} of coverages`, async () => {
      assert.ok(Math.abs(areaOf(await coverage({ [kind]: [WEST, EAST] })) - area) < 1e-9);
    });
  }

  it('COV-06: coverages in each other, in the SRS of the first', async () => {
    const built = await coverage({
      intersection: [WEST, { union: [{ bbox: [0, 0, 111319.4907932736, 111325.1428663851], srs: 'EPSG:3857' }] }],
    });
    assert.ok(built.srs.equals(WGS84));
    assert.ok(Math.abs(built.bbox[2] - 1) < 1e-9 && Math.abs(built.bbox[3] - 1) < 1e-9);
  });

  it('COV-07: clip is off unless set, and an outer one counts over inner ones', async () => {
    assert.equal((await coverage(WEST)).clip, false);
    assert.equal((await coverage({ ...WEST, clip: true })).clip, true);
    assert.equal((await coverage({ union: [{ ...WEST, clip: true }] })).clip, false);
  });

  it('COV-08: points on straight lines go, and outlines that cross themselves are repaired', async (test) => {
    const many = Array.from({ length: 1000 }, (_, index) => `${index / 100} 0`).join();
    const text = `POLYGON((${many}, 10 0, 10 10, 0 10, 0 0))\nPOLYGON((20 0, 30 10, 30 0, 20 10, 20 0))`;
    const folder = await folderWith(test, { 'area.wkt': text });
    const built = await coverage({ datasource: 'area.wkt', srs: 'EPSG:4326' }, folder);
    const points = built.polygons().flat(2).length;
    assert.ok(points < 20, `${points} points`);
    assert.ok(areaOf(built) > 100);
  });

  it('COV-12: what leaves nothing is told apart from other errors', async (test) => {
    const folder = await folderWith(test, { 'none.json': '{"type": "FeatureCollection", "features": []}' });
    for (const options of [
      { difference: [WEST, WEST] },
      { intersection: [WEST, { bbox: [20, 20, 30, 30], srs: 'EPSG:4326' }] },
      { datasource: 'none.json', srs: 'EPSG:4326' },
    ]) {
      await assert.rejects(coverage(options, folder), EmptyCoverageError);
    }
  });

  it('an SRS is needed', async () => {
    await assert.rejects(coverage({ bbox: [0, 0, 1, 1] }), /'srs' is missing/);
  });
});

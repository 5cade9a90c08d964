import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigError } from '../../../src/http/errors.ts';
import { srsByCode } from '../../../src/srs/srs.ts';

const MERCATOR_LIMIT = 20037508.342789244;
const wgs84 = srsByCode('EPSG:4326');

/**
 * From PROJ 9.1 by test/support/reference/transformations.py; where PROJ used a grid file, ours is told to be good to
 * a few metres.
 */
const REFERENCES: readonly [code: number, x: number, y: number, toX: number, toY: number, northFirst: boolean][] = [
  [3857, 8.22, 53.15, 915046.2143207088, 7010792.201710816, false],
  [25832, 9.005, 61.545, 500265.7835679031, 6823494.395013213, false],
  [31467, 9.005, 51.18, 3500423.666452788, 5671670.579021774, true],
  [2056, 8.225, 46.815, 2660013.5437408807, 1185171.9817243228, false],
  [27700, -3.495, 55.38, 305372.1893892514, 610575.6318907449, false],
  [3035, 4.625, 54.665, 3974432.430312099, 3519463.685338274, true],
  [3413, 10, 75, 1338395.7304750644, -937154.7795863311, false],
  [4258, 12.04, 58.805, 12.04, 58.805, true],
  [28992, 5.21, 52.225, 142892.19257513565, 470783.86722838413, false],
  [31370, 4.45, 50.505, 155763.8827316225, 132693.38265319075, false],
  [2193, 173.1, -41.2, 1608384.6802039095, 5439035.83473187, true],
  [5514, 17.325, 49.395, -544004.7435029323, -1144001.8859556955, false],
];
const METRES_WITHOUT_GRID_FILE = 5;
const NEEDS_GRID_FILE = new Set([31467, 5514]);

describe('systems of the registry', () => {
  for (const [code, x, y, toX, toY, northFirst] of REFERENCES) {
    it(`EPSG:${code} is where PROJ puts it, and back`, () => {
      const srs = srsByCode(`EPSG:${code}`);
      const tolerance = NEEDS_GRID_FILE.has(code) ? METRES_WITHOUT_GRID_FILE : 0.001;
      const there = wgs84.transformPoint(srs, [x, y]);
      assert.ok(Math.hypot(there[0] - toX, there[1] - toY) < tolerance, `${there}`);
      const back = srs.transformPoint(wgs84, there);
      assert.ok(Math.hypot(back[0] - x, back[1] - y) < 1e-6, `${back}`);
    });

    it(`TRAP-06: EPSG:${code} has its axis order from the registry`, () => {
      assert.equal(srsByCode(`EPSG:${code}`).northFirst, northFirst);
    });
  }

  it('TRAP-06: 4326 is latitude first, CRS:84 is not', () => {
    assert.equal(wgs84.northFirst, true);
    assert.equal(srsByCode('CRS:84').northFirst, false);
  });

  it('degrees are told from metres', () => {
    assert.equal(wgs84.isGeographic, true);
    assert.equal(wgs84.metersPerUnit, 111319.4907932736);
    assert.equal(srsByCode('EPSG:3857').metersPerUnit, 1);
  });
});

describe('codes', () => {
  it('TRAP-07: four codes are web Mercator, and each keeps its name', () => {
    for (const code of ['EPSG:900913', 'EPSG:102100', 'EPSG:102113']) {
      assert.ok(srsByCode(code).equals(srsByCode('EPSG:3857')), code);
      assert.equal(srsByCode(code).code, code);
    }
    assert.ok(!srsByCode('EPSG:3857').equals(wgs84));
  });

  it('may be written as a number and in lower case', () => {
    assert.equal(srsByCode('4326'), wgs84);
    assert.equal(srsByCode('epsg:4326'), wgs84);
  });

  for (const code of ['EPSG:1', 'FOO:4326', 'EPSG:../../package', '']) {
    it(`'${code}' is refused`, () => {
      assert.throws(() => srsByCode(code), ConfigError);
    });
  }
});

describe('bboxes', () => {
  it('TRAP-08: the world in degrees becomes the world of Mercator', () => {
    const world = wgs84.transformBbox(srsByCode('EPSG:900913'), [-180, -90, 180, 90]);
    assert.deepEqual(world, [-MERCATOR_LIMIT, -MERCATOR_LIMIT, MERCATOR_LIMIT, MERCATOR_LIMIT]);
  });

  it('TRAP-08: only edges at the end of the world are snapped', () => {
    const bbox = wgs84.transformBbox(srsByCode('EPSG:3857'), [8.2, 53.1, 180, 85.06]);
    assert.deepEqual(
      bbox.map((value) => value.toFixed(5)),
      ['912819.82450', '7001516.67745', MERCATOR_LIMIT.toFixed(5), MERCATOR_LIMIT.toFixed(5)],
    );
  });

  it('GRD-05: edges that become curves count as a whole', () => {
    const corners = srsByCode('EPSG:25832').transformBbox(wgs84, [300000, 5200000, 900000, 6100000], 4);
    const edges = srsByCode('EPSG:25832').transformBbox(wgs84, [300000, 5200000, 900000, 6100000]);
    assert.ok(edges[3] > corners[3]);
  });

  it('what has no place there is a RangeError', () => {
    assert.throws(() => wgs84.transformPoint(srsByCode('EPSG:3857'), [0, Number.NaN]), RangeError);
  });

  it('stays as it is in the same system', () => {
    const bbox = [8.25, 53, 8.5, 53.75] as const;
    assert.equal(wgs84.transformBbox(srsByCode('CRS:84'), bbox), bbox);
  });
});

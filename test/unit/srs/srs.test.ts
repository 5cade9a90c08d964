import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigError } from '../../../src/http/errors.ts';
import { srsByCode } from '../../../src/srs/srs.ts';

const MERCATOR_LIMIT = 20037508.342789244;
const wgs84 = srsByCode('EPSG:4326');

describe('systems of the registry', () => {
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

  it("TRAP-08: a part of the world that ends at a pole ends at Mercator's end", () => {
    const part = wgs84.transformBbox(srsByCode('EPSG:3857'), [-180, -90, -90, 0]);
    assert.deepEqual(part.slice(0, 2), [-MERCATOR_LIMIT, -MERCATOR_LIMIT]);
    assert.ok(Math.abs(part[2] + MERCATOR_LIMIT / 2) < 1e-6 && Math.abs(part[3]) < 1e-6);
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

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readDefinitions } from '../../../src/srs/custom.ts';
import { sourceSrs } from '../../../src/srs/preferred.ts';
import { srsByCode } from '../../../src/srs/srs.ts';
import { folderWith } from '../../support/temporary.ts';

describe('systems that the registry does not have', () => {
  it('GLB-41: come from files of a PROJ data folder, by authority', async (test) => {
    const folder = await folderWith(test, {
      epsg: '# a comment\n<990001> +proj=utm +zone=32 +ellps=GRS80 +units=m +no_defs  <>\n',
      IGNF: '<LAMB93XX> +proj=longlat +ellps=GRS80 +towgs84=0,0,0 +no_defs <>\n',
      'proj.db': 'SQLite format 3',
      'nad.lst': '<1> +proj=longlat',
    });
    assert.equal(readDefinitions(folder), 2);
    const own = srsByCode('epsg:990001').transformPoint(srsByCode('EPSG:25832'), [500000, 5500000]);
    assert.ok(Math.hypot(own[0] - 500000, own[1] - 5500000) < 1e-6);
    assert.equal(srsByCode('IGNF:LAMB93XX').isGeographic, true);
  });

  for (const code of ['IAU_2015:30100', 'IGNF:LAMB93', 'ESRI:999999']) {
    it(`GRD-03: ${code} is refused with what can be done`, () => {
      assert.throws(() => srsByCode(code), /unknown SRS .* a file in globals\.srs\.proj_data_dir defines/);
    });
  }

  it('a projection that is not there is an error of the configuration', () => {
    assert.throws(() => srsByCode('EPSG:6244'), /SRS 'EPSG:6244' uses a projection that is not available: .*col_urban/);
  });
});

describe('GLB-40: the system to ask a source in', () => {
  const [utm32, utm33, wgs84, mercator] = ['25832', '25833', '4326', '3857'].map(srsByCode);
  if (!utm32 || !utm33 || !wgs84 || !mercator) throw new Error('a code is missing');

  it('is the one wanted, by the name that is offered', () => {
    const google = srsByCode('EPSG:900913');
    assert.equal(sourceSrs(mercator, [wgs84, google], []), google);
    assert.equal(sourceSrs(mercator, [google, mercator], []), mercator);
  });

  it('else the preferred one', () => {
    assert.equal(sourceSrs(mercator, [wgs84, utm32, utm33], [{ target: mercator, sources: [utm33, utm32] }]), utm33);
  });

  it('else the first of the same kind, else the first', () => {
    assert.equal(sourceSrs(mercator, [wgs84, utm32, utm33], []), utm32);
    assert.equal(sourceSrs(mercator, [wgs84], []), wgs84);
    assert.equal(sourceSrs(mercator, [], []), undefined);
  });
});

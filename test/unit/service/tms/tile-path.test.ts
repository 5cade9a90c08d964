import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseTilePath } from '../../../../src/service/tms/tile-path.ts';

const START = '/tms/'.length;

/** The form in one regular expression, slow and plain. */
const FORM = /^\/tms\/(?:1\.0\.0\/)?([^/]+(?:\/[^/]+)?)\/(-?\d+)\/(-?\d+)\/(-?\d+)\.([A-Za-z0-9_]+)$/;

function byForm(path: string) {
  const [, name, z, x, y, extension] = FORM.exec(path) ?? [];
  if (name === undefined) return undefined;
  return { name, x: Number(x), y: Number(y), z: Number(z), extension };
}

describe('parseTilePath', () => {
  const cases = [
    ['TMS-04: layer and spec', '/tms/1.0.0/osm/EPSG900913/3/4/2.png', { name: 'osm/EPSG900913', z: 3, x: 4, y: 2 }],
    ['TMS-04: layer alone', '/tms/1.0.0/osm/3/4/2.png', { name: 'osm', z: 3, x: 4, y: 2 }],
    ['TMS-04: without the version', '/tms/osm/EPSG3857/03/0/0.png', { name: 'osm/EPSG3857', z: 3, x: 0, y: 0 }],
    ['TMS-04: negative numbers', '/tms/1.0.0/osm/-1/-2/-3.png', { name: 'osm', z: -1, x: -2, y: -3 }],
  ] as const;
  for (const [title, path, expected] of cases) {
    it(title, () => assert.deepEqual(parseTilePath(path, START), { ...expected, extension: 'png' }));
  }

  const others = ['/tms/', '/tms/1.0.0', '/tms/1.0.0/osm', '/tms/1.0.0/osm/EPSG900913/', '/tms/1.0.0/0/0/0.png'];
  const broken = [
    '/tms/a/b/c/0/0/0.png',
    '/tms/a//0/0/0.png',
    '/tms//a/0/0/0.png',
    '/tms/a/0/0/.png',
    '/tms/a/0//0.png',
  ];
  const odd = [
    '/tms/a/0/0/0',
    '/tms/a/0/0/0.',
    '/tms/a/0/0/0.p-g',
    '/tms/a/x/0/0.png',
    '/tms/a/0/0/-.png',
    '/tms/a/0/0/1e3.png',
  ];
  for (const path of [...others, ...broken, ...odd]) {
    it(`TMS-08: ${path} is no tile`, () => assert.equal(parseTilePath(path, START), undefined));
  }

  it('reads every path as the regular expression does', () => {
    const piece = fc.constantFrom('/', '1.0.0', 'osm', 'EPSG900913', '0', '12', '-', '.', 'png', '_', 'ä', ' ');
    const path = fc.array(piece, { maxLength: 14 }).map((pieces) => `/tms/${pieces.join('')}`);
    fc.assert(
      fc.property(path, (text) => {
        // Where a layer is itself called 1.0.0 the expression backtracks; the version counts first here.
        fc.pre(!text.startsWith('/tms/1.0.0/') || byForm(text)?.name.startsWith('1.0.0') !== true);
        assert.deepEqual(parseTilePath(text, START), byForm(text));
      }),
      { numRuns: 3000 },
    );
  });
});

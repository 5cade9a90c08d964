import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { checkConfiguration } from '../../../src/config/index.ts';
import type { TileGrid } from '../../../src/grid/tile-grid.ts';
import { openMap } from '../../support/open-map.ts';
import { folderWith } from '../../support/temporary.ts';

/** A grid of a configuration with these `grids` and `globals`. */
async function gridOf(test: TestContext, name: string, yaml = '{}'): Promise<TileGrid> {
  return (await openMap(test, yaml)).graph.grid(name);
}

/** What is told of a configuration whose only layer has a cache in a grid. */
async function problemsOf(test: TestContext, yaml: string, grid = 'g'): Promise<string[]> {
  const used =
    `sources: {s: {type: debug}}\ncaches: {c: {sources: [s], grids: [${grid}]}}\n` +
    'layers: [{name: l, title: L, sources: [c]}]\nservices: {tms: }\n';
  const folder = await folderWith(test, { 'mapproxy.yaml': `${yaml}\n${used}` });
  const problems = await checkConfiguration(join(folder, 'mapproxy.yaml'));
  return problems.map(({ severity, message, place }) => `${severity} ${place.path}: ${message}`);
}

describe('grids that need not be configured', () => {
  const cases = [
    ['GLOBAL_GEODETIC', 'EPSG:4326', 'sw', [-180, -90, 180, 90]],
    ['GLOBAL_MERCATOR', 'EPSG:900913', 'sw', undefined],
    ['GLOBAL_WEBMERCATOR', 'EPSG:3857', 'nw', undefined],
  ] as const;
  for (const [name, code, origin, bbox] of cases) {
    it(`GRD-01: ${name}`, async (test) => {
      const grid = await gridOf(test, name);
      assert.deepEqual([grid.srs.code, grid.origin, grid.levels], [code, origin, 20]);
      const edge = 20037508.342789244;
      assert.deepEqual(grid.bbox, bbox ?? [-edge, -edge, edge, edge]);
    });
  }
});

describe('options of grids', () => {
  for (const [written, origin] of Object.entries({ ll: 'sw', sw: 'sw', ul: 'nw', nw: 'nw' })) {
    it(`GRD-06: origin ${written} counts rows from ${origin}`, async (test) => {
      const yaml = `grids: {g: {srs: "EPSG:3857", origin: ${written}}}`;
      assert.equal((await gridOf(test, 'g', yaml)).origin, origin);
      assert.deepEqual(await problemsOf(test, yaml), []);
    });
  }

  it('GRD-06: without an origin rows are counted from the south, with a warning', async (test) => {
    const yaml = 'grids: {g: {srs: "EPSG:3857"}}';
    assert.equal((await gridOf(test, 'g', yaml)).origin, 'sw');
    assert.deepEqual(await problemsOf(test, yaml), [
      'warning grids.g: no origin: tile rows are counted from the south (sw)',
    ]);
  });

  it('GRD-06: any other origin is an error where it is written', async (test) => {
    const [problem = '', ...others] = await problemsOf(test, 'grids: {g: {srs: "EPSG:3857", origin: ne}}');
    assert.match(problem, /^error grids\.g\.origin: /);
    assert.deepEqual(others, []);
  });

  it('GRD-07: tile_size is that of the grid, else of globals.grid, else 256 x 256', async (test) => {
    const sizeOf = async (globals: string, own: string) =>
      (await gridOf(test, 'g', `globals: {${globals}}\ngrids: {g: {srs: "EPSG:3857", origin: nw${own}}}`)).tileSize;
    assert.deepEqual(await sizeOf('', ''), [256, 256]);
    assert.deepEqual(await sizeOf('grid: {tile_size: [512, 300]}', ''), [512, 300]);
    assert.deepEqual(await sizeOf('grid: {tile_size: [512, 300]}', ', tile_size: [128, 64]'), [128, 64]);
  });

  it('GRD-18: base takes over what another grid says, and own options win', async (test) => {
    const yaml =
      'grids: {a: {srs: "EPSG:25832", bbox: [4, 5, 260, 261], origin: nw, res: [1, 0.5]}, ' +
      'b: {base: a, origin: sw}, c: {base: b, res: [2]}}';
    const grid = await gridOf(test, 'c', yaml);
    assert.deepEqual([grid.srs.code, grid.bbox, grid.origin], ['EPSG:25832', [4, 5, 260, 261], 'sw']);
    assert.deepEqual(grid.resolutions, [2]);
    assert.deepEqual((await gridOf(test, 'b', yaml)).resolutions, [1, 0.5]);
  });

  it('GRD-18: an unknown base is told with the nearest name, and one that leads back to itself, too', async (test) => {
    const unknown = await problemsOf(test, 'grids: {utm32: {base: utm3}}', 'utm32');
    assert.ok(unknown.join('\n').includes(`grid "utm3" not found; did you mean 'utm32'?`), unknown.join('\n'));
    const circle = await problemsOf(test, 'grids: {a: {base: b}, b: {base: a}}', 'a');
    assert.match(circle.join('\n'), /grids are based on each other: a, b, a/);
  });
});

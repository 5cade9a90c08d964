import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { checkConfiguration } from '../../../src/config/index.ts';
import { folderWith } from '../../support/temporary.ts';

async function check(test: TestContext, text: string): Promise<string[]> {
  const folder = await folderWith(test, { 'mapproxy.yaml': text });
  const problems = await checkConfiguration(join(folder, 'mapproxy.yaml'));
  return problems.map(({ severity, message, place }) => `${severity} ${place.path}: ${message}`);
}

describe('references', () => {
  it('CFG-02: of what no layer uses are warnings, where they are written, with the nearest name', async (test) => {
    const problems = await check(
      test,
      'grids: {utm32: {srs: "EPSG:25832", bbox: [0, 0, 1, 1], origin: nw, align_resolutions_with: utm31}}\n' +
        'sources: {osm: {type: tile, url: x, grid: GLOBAL_MERCATR}}\n' +
        'caches: {unused: {grids: [utm23], sources: [os]}}\n',
    );
    assert.deepEqual(problems, [
      'warning grids.utm32.align_resolutions_with: grid "utm31" not found; did you mean \'utm32\'?',
      'warning sources.osm.grid: grid "GLOBAL_MERCATR" not found; did you mean \'GLOBAL_MERCATOR\'?',
      'warning caches.unused.grids[0]: grid "utm23" not found; did you mean \'utm32\'?',
      'warning caches.unused.sources[0]: source "os" of cache "unused" not found; did you mean \'osm\'?',
    ]);
  });

  it('what a layer needs is an error, told once', async (test) => {
    const problems = await check(
      test,
      'sources: {d: {type: debug}}\ncaches: {c: {grids: [utm], sources: [d]}}\n' +
        'layers: [{name: a, title: A, sources: [c]}, {name: b, title: B, sources: [c, nothing]}]\n',
    );
    assert.equal(problems.filter((problem) => problem.includes('grid "utm" not found')).length, 1);
    assert.equal(problems.filter((problem) => problem.includes('"nothing" not found')).length, 1);
    assert.ok(
      problems.every((problem) => problem.startsWith('error')),
      problems.join('\n'),
    );
  });
});

describe('what is wrong itself', () => {
  it('is not also told as missing where something names it', async (test) => {
    const problems = await check(
      test,
      'grids: {g: {srs: 1, bbox: x}}\nsources: {s: {type: tile}}\n' +
        'caches: {c: {grids: [g], sources: [s], meta_size: [4, x]}}\nlayers: [{name: a, title: A, sources: [c, s]}]\n',
    );
    assert.ok(problems.length >= 3, problems.join('\n'));
    assert.ok(!problems.join('\n').includes('not found'), problems.join('\n'));
  });
});

describe('names', () => {
  it('TRAP-01: that are written twice in one mapping are told; the last counts', async (test) => {
    const [problem, ...others] = await check(
      test,
      'sources:\n  a: {type: debug}\n  b: {type: debug}\n  a: {type: debug}\n',
    );
    assert.match(
      problem ?? '',
      /^warning : 'a' is written twice, the second time in line 4 of .*mapproxy\.yaml: only that counts$/,
    );
    assert.deepEqual(others, []);
  });

  it('GRD-02: that two grids have are told, as clients know grids by them', async (test) => {
    const grid = '{srs: "EPSG:3857", origin: nw, name: same}';
    assert.deepEqual(await check(test, `grids: {one: ${grid}, two: ${grid}}`), [
      "warning grids.two: grid 'one' has the same name 'same'",
    ]);
  });
});

describe('large configurations', () => {
  it('300 layers over ten caches in each other are checked in less than a second of CPU time', async (test) => {
    const caches = Array.from(
      { length: 10 },
      (_, index) => `  c${index}: {grids: [GLOBAL_MERCATOR, utm], sources: [${index === 0 ? 'osm' : `c${index - 1}`}]}`,
    );
    const layers = Array.from({ length: 300 }, (_, i) => `  - {name: l${i}, title: Layer ${i}, sources: [c${i % 10}]}`);
    const text = [
      'services: {tms: , wmts: , wms: {srs: ["EPSG:3857", "EPSG:25832"]}}',
      'grids: {utm: {srs: "EPSG:25832", bbox: [280000, 5200000, 920000, 6100000], origin: nw}}',
      'sources: {osm: {type: wms, req: {url: "http://localhost/wms", layers: osm}}}',
      ...['caches:', ...caches, 'layers:', ...layers, ''],
    ].join('\n');
    const before = process.cpuUsage();
    assert.deepEqual(await check(test, text), []);
    const { user, system } = process.cpuUsage(before);
    assert.ok(user + system < 1e6, `${(user + system) / 1000} ms`);
  });
});

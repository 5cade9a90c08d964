import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { checkConfiguration, loadConfiguration, type Problem } from '../../../src/config/index.ts';
import { ConfigError } from '../../../src/http/errors.ts';
import { folderWith } from '../../support/temporary.ts';

async function check(test: TestContext, text: string): Promise<readonly Problem[]> {
  return checkConfiguration(join(await folderWith(test, { 'mapproxy.yaml': text }), 'mapproxy.yaml'));
}

/** `error caches.osm: sentence` */
async function checkText(test: TestContext, text: string): Promise<string[]> {
  const problems = await check(test, text);
  return problems.map(({ severity, message, place }) => `${severity} ${place.path}: ${message}`);
}

const SOURCE = 'sources: {osm: {type: tile, grid: GLOBAL_MERCATOR, url: "http://localhost/%(z)s/%(x)s/%(y)s.png"}}\n';
const CACHE = 'caches: {osm: {sources: [osm], grids: [GLOBAL_MERCATOR]}}\n';
const LAYER = 'layers: [{name: osm, title: OSM, sources: [osm]}]\n';

describe('checking a configuration', () => {
  it('nothing to say of a good one', async (test) => {
    assert.deepEqual(await checkText(test, `services: {tms: }\n${SOURCE}${CACHE}${LAYER}`), []);
  });

  it('CFG-03: unknown options are tolerated, with the name that was meant', async (test) => {
    const problems = await checkText(test, `globals: {cache: {mata_size: [1, 1]}}\n${SOURCE}${CACHE}${LAYER}`);
    assert.deepEqual(problems, ["warning globals.cache.mata_size: unknown 'mata_size'; did you mean 'meta_size'?"]);
  });

  it('CFG-01: unknown sections too', async (test) => {
    assert.deepEqual(await checkText(test, 'layer: []'), ["warning layer: unknown 'layer'; did you mean 'layers'?"]);
  });

  it('CFG-02: a wrong type is an error with file, line, column, path and value', async (test) => {
    const [problem] = await check(test, 'globals:\n  cache:\n    meta_buffer: wide\n');
    assert.equal(problem?.severity, 'error');
    assert.equal(problem?.message, 'expected a number, got "wide"');
    const { file, ...place } = problem?.place ?? { file: '' };
    assert.match(file, /mapproxy\.yaml$/);
    assert.deepEqual(place, { line: 3, column: 5, path: 'globals.cache.meta_buffer' });
  });

  it('CFG-02: a wrong word comes with the words there are', async (test) => {
    const [problem] = await checkText(test, 'globals: {image: {resampling_method: bicubik}}');
    assert.equal(
      problem,
      'error globals.image.resampling_method: "bicubik" is not one of nearest, bilinear, bicubic; ' +
        "did you mean 'bicubic'?",
    );
  });

  it('CFG-02: what is missing is named', async (test) => {
    const [problem] = await checkText(test, 'sources: {w: {type: wms, req: {layers: a}}}');
    assert.equal(problem, "error sources.w.req: 'url' is missing");
  });

  it('several errors are told at once', async (test) => {
    const problems = await checkText(test, 'globals: {http: {client_timeout: x}}\nsources: {a: {type: wmss}, b: {}}');
    assert.deepEqual(problems, [
      'error globals.http.client_timeout: expected a number, got "x"',
      "error sources.a.type: unknown source type 'wmss'; did you mean 'wms'?",
      "error sources.b: 'type' is missing: every source has one",
    ]);
  });

  it('LYR-03, CFG-02: references that lead nowhere', async (test) => {
    const text = `${SOURCE}caches: {c: {sources: [osn], grids: [GLOBAL_MERCATOR]}}
layers: [{name: a, title: A, sources: [c]}, {name: b, title: B, sources: [osm_cache]}]`;
    assert.deepEqual(await checkText(test, text), [
      'error caches.c: source "osn" of cache "c" not found; did you mean \'osm\'? (needed by layer \'a\')',
      'error layers[1].sources[0]: source/cache "osm_cache" not found',
    ]);
  });

  it('CFG-02: a cache nobody needs may refer to what is not there, with a warning', async (test) => {
    const text = `${SOURCE}${CACHE}${LAYER}`.replace('caches: {', 'caches: {unused: {sources: [missing]}, ');
    const [problem, ...others] = await checkText(test, text);
    assert.equal(problem, 'warning caches.unused.sources[0]: source "missing" of cache "unused" not found');
    assert.deepEqual(others, []);
  });

  it('services not available yet are told, others go on', async (test) => {
    const problems = await checkText(test, `services: {tms: , ogcapi: }\n${SOURCE}${CACHE}${LAYER}`);
    assert.deepEqual(problems, ["warning services.ogcapi: service 'ogcapi' is not available yet"]);
  });

  it('SRC-62: a mapnik source is an error where a layer needs it, with what to do instead', async (test) => {
    const text = `sources: {m: {type: mapnik, mapfile: x}}\nlayers: [{name: roads, title: R, sources: [m]}]`;
    assert.deepEqual(await checkText(test, text), [
      'error sources.m: mapnik sources are not supported: there is no Mapnik for this program; put a WMS or tile ' +
        'server in front of the map file (MapServer, mod_tile) and use a source of type wms, mapserver or tile ' +
        "(needed by layer 'roads')",
    ]);
  });

  it('CCH-20: riak is told to be gone, and an error where a layer needs it', async (test) => {
    const cache = '{sources: [], grids: [GLOBAL_MERCATOR], cache: {type: riak}}';
    const text = `caches: {r: ${cache}}\nlayers: [{name: r, title: R, sources: [r]}]`;
    assert.deepEqual(await checkText(test, text), [
      "warning caches.r.cache.type: caches of type 'riak' exist no more, in MapProxy neither",
      "error caches.r: caches of type 'riak' are not available (needed by layer 'r')",
    ]);
  });

  it('options without effect are told', async (test) => {
    const text = `globals: {cache: {s3: {}}}\n${SOURCE}${CACHE}${LAYER}`;
    assert.deepEqual(await checkText(test, text), ["warning globals.cache.s3: 's3' has no effect yet"]);
  });

  it('IMG-02: unknown encoding options are an error', async (test) => {
    const text = 'globals: {image: {formats: {f: {encoding_options: {jpg_quality: 3}}}}}';
    assert.deepEqual(await checkText(test, text), [
      "error globals.image.formats.f.encoding_options: unknown 'jpg_quality'",
    ]);
  });

  it('loading fails with everything that is wrong', async (test) => {
    const folder = await folderWith(test, { 'mapproxy.yaml': 'globals: {tiles: {expires_hours: x}, grid: 3}' });
    await assert.rejects(
      loadConfiguration(join(folder, 'mapproxy.yaml')),
      (error) =>
        error instanceof ConfigError && error.message.includes('expires_hours') && error.message.includes('grid'),
    );
  });
});

describe('reading options', () => {
  async function load(test: TestContext, text: string) {
    const folder = await folderWith(test, { 'mapproxy.yaml': text });
    return { folder, ...(await loadConfiguration(join(folder, 'mapproxy.yaml'))) };
  }

  it('GLB-28, GLB-29, GLB-33, GLB-39, GLB-43: defaults', async (test) => {
    const { globals } = await load(test, 'globals:');
    assert.deepEqual(globals.cache.meta_size, [4, 4]);
    assert.equal(globals.cache.meta_buffer, 80);
    assert.equal(globals.cache.max_tile_limit, 500);
    assert.deepEqual(globals.grid.tile_size, [256, 256]);
    assert.equal(globals.tiles.expires_hours, 72);
  });

  it('CFG-04, GLB-47: null counts as not set', async (test) => {
    const { globals, services } = await load(test, 'globals: {cache: {meta_buffer: }}\nservices: {tms: }');
    assert.equal(globals.cache.meta_buffer, 80);
    assert.deepEqual([...services.keys()], ['tms']);
  });

  it('GLB-18: null switches the header off', async (test) => {
    const { globals } = await load(test, 'globals: {http: {access_control_allow_origin: }}');
    assert.equal(globals.http.access_control_allow_origin, null);
  });

  it('GLB-35: permissions are octal texts', async (test) => {
    const { globals } = await load(test, 'globals: {cache: {file_permissions: "640"}}');
    assert.equal(globals.cache.file_permissions, 0o640);
  });

  it('CFG-10: paths are relative to the main file', async (test) => {
    const { folder, resolvePath } = await load(test, 'globals:');
    assert.equal(resolvePath('./cache_data'), join(folder, 'cache_data'));
  });

  it('CFG-14: layers as a mapping', async (test) => {
    const { layers } = await load(test, 'layers: {osm: {title: OSM, sources: [a]}}');
    assert.deepEqual(layers, [{ name: 'osm', title: 'OSM', sources: ['a'] }]);
  });

  it('CFG-14: layers as a list of one-key mappings', async (test) => {
    const { layers } = await load(test, 'layers: [osm: {title: OSM}, roads: {title: R}]');
    assert.deepEqual(
      layers.map(({ name }) => name),
      ['osm', 'roads'],
    );
  });

  it('CFG-15: caches as a list of one-key mappings', async (test) => {
    const { caches } = await load(test, 'caches: [b: {sources: []}, a: {sources: []}]');
    assert.deepEqual([...caches.keys()], ['b', 'a']);
  });
});

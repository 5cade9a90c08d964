import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { readConfiguration } from '../../../src/config/read.ts';
import { ConfigError } from '../../../src/http/errors.ts';
import { folderWith } from '../../support/temporary.ts';

async function read(test: TestContext, files: Readonly<Record<string, string>>, environment = {}) {
  return readConfiguration(join(await folderWith(test, files), 'mapproxy.yaml'), environment);
}

describe('base files', () => {
  it('CFG-05, CFG-06: the including file wins, mappings are merged deeply', async (test) => {
    const { root } = await read(test, {
      'mapproxy.yaml': 'base: base.yaml\nglobals: {cache: {meta_buffer: 5}}',
      'base.yaml': 'globals: {cache: {meta_buffer: 80, base_dir: x}, http: {client_timeout: 3}}',
    });
    assert.deepEqual(root.globals, { cache: { meta_buffer: 5, base_dir: 'x' }, http: { client_timeout: 3 } });
  });

  it('CFG-05: base files name others, each relative to itself', async (test) => {
    const folder = await folderWith(test, { 'mapproxy.yaml': 'base: deep/one.yaml' });
    await mkdir(join(folder, 'deep'));
    await writeFile(join(folder, 'deep', 'one.yaml'), 'base: two.yaml\nparts: {one: 1}');
    await writeFile(join(folder, 'deep', 'two.yaml'), 'parts: {two: 2}');
    const { root, files } = await readConfiguration(join(folder, 'mapproxy.yaml'), {});
    assert.deepEqual(root.parts, { one: 1, two: 2 });
    assert.equal(files.length, 3, 'CFG-08: all files are remembered');
  });

  it('CFG-06: null does not erase', async (test) => {
    const { root } = await read(test, {
      'mapproxy.yaml': 'base: b.yaml\ncaches: {osm: null}',
      'b.yaml': 'caches: {osm: {format: image/png}}',
    });
    assert.deepEqual(root.caches, { osm: { format: 'image/png' } });
  });

  it('CFG-07: sources, grids, bbox and their like are replaced', async (test) => {
    const { root } = await read(test, {
      'mapproxy.yaml': 'base: b.yaml\ncaches: {osm: {sources: [own]}}',
      'b.yaml': 'caches: {osm: {sources: [base], grids: [g]}}',
    });
    assert.deepEqual(root.caches, { osm: { sources: ['own'], grids: ['g'] } });
  });

  it('CFG-07: layers are merged by name, new ones follow', async (test) => {
    const { root } = await read(test, {
      'mapproxy.yaml': 'base: b.yaml\nlayers: [{name: b, title: own}, {name: c}]',
      'b.yaml': 'layers: [{name: a, title: A}, {name: b, title: B, sources: [x]}]',
    });
    assert.deepEqual(root.layers, [
      { name: 'a', title: 'A' },
      { name: 'b', title: 'own', sources: ['x'] },
      { name: 'c' },
    ]);
  });

  it('CFG-07: other lists follow the base list, an empty one deletes it', async (test) => {
    const { root } = await read(test, {
      'mapproxy.yaml': 'base: b.yaml\nservices: {wms: {srs: [c], image_formats: []}}',
      'b.yaml': 'services: {wms: {srs: [a, b], image_formats: [x]}}',
    });
    assert.deepEqual(root.services, { wms: { srs: ['a', 'b', 'c'], image_formats: null } });
  });

  it('CFG-08: several are merged from left to right', async (test) => {
    const { root } = await read(test, {
      'mapproxy.yaml': 'base: [one.yaml, two.yaml]',
      'one.yaml': 'parts: {a: 1, b: 1}',
      'two.yaml': 'parts: {b: 2}',
    });
    assert.deepEqual(root.parts, { a: 1, b: 2 });
  });

  it('values keep the place where they were written', async (test) => {
    const { root, places, file } = await read(test, {
      'mapproxy.yaml': 'base: b.yaml\ncaches: {}',
      'b.yaml': 'caches:\n  osm:\n    format: 5',
    });
    const place = places.find(root, ['caches', 'osm', 'format'], file);
    assert.match(place.file, /b\.yaml$/);
    assert.deepEqual([place.line, place.column, place.path], [3, 5, 'caches.osm.format']);
  });

  it('files that name each other are refused', async (test) => {
    await assert.rejects(read(test, { 'mapproxy.yaml': 'base: mapproxy.yaml' }), ConfigError);
  });

  it('a file that is not there is a ConfigError', async (test) => {
    await assert.rejects(read(test, { 'mapproxy.yaml': 'base: missing.yaml' }), ConfigError);
  });

  it('CFG-01: the top must be a mapping', async (test) => {
    await assert.rejects(read(test, { 'mapproxy.yaml': '- a\n- b' }), /configuration not a YAML dictionary/);
  });
});

describe('environment variables', () => {
  it('CFG-09, TRAP-10: in texts of any depth, not in keys', async (test) => {
    const files = { 'mapproxy.yaml': `parts: {$HOST: ["http://$HOST/x", "\${PORT no}"]}` };
    const { root, warnings } = await read(test, files, { HOST: 'maps', 'PORT no': '80' });
    assert.deepEqual(root.parts, { $HOST: ['http://maps/x', '80'] });
    assert.deepEqual(warnings, []);
  });

  it('CFG-09: what is not set stays and is told once', async (test) => {
    const { root, warnings } = await read(test, { 'mapproxy.yaml': `parts: ["\${server}", "$layer", "$layer"]` });
    assert.deepEqual(root.parts, [`\${server}`, '$layer', '$layer']);
    assert.deepEqual(warnings, [
      `Environment variable 'server' is not set. Using fallback value: '\${server}'`,
      "Environment variable 'layer' is not set. Using fallback value: '$layer'",
    ]);
  });

  it('TRAP-10: in base files too', async (test) => {
    const files = { 'mapproxy.yaml': 'base: b.yaml', 'b.yaml': 'parts: [$X]' };
    assert.deepEqual((await read(test, files, { X: 'y' })).root.parts, ['y']);
  });
});

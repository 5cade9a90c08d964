import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { MapOutput, MapQuery } from '../../../src/layer/contract.ts';
import { configureLogging } from '../../../src/log.ts';
import { srsByCode } from '../../../src/srs/srs.ts';
import { openMap } from '../../support/open-map.ts';

configureLogging({ level: 'silent' });

const YAML = `
sources:
  a: {type: wms, req: {url: SERVER/one, layers: a, transparent: true}}
  b: {type: wms, req: {url: SERVER/one, layers: b, transparent: true}}
  other: {type: wms, req: {url: SERVER/two, layers: other, transparent: true}}
  opaque: {type: wms, req: {url: SERVER/one, layers: opaque}}
  half: {type: wms, req: {url: SERVER/one, layers: half}, coverage: {bbox: [8, 50, 8.5, 51], srs: "EPSG:4326"}}
  debug: {type: debug}
layers:
  - {name: a, title: A, sources: [a]}
  - {name: b, title: B, sources: [b]}
  - {name: other, title: Other, sources: [other]}
  - {name: opaque, title: Opaque, sources: [opaque]}
  - {name: half, title: Half, sources: [half]}
  - {name: debug, title: Debug, sources: [debug]}
`;

const QUERY: MapQuery = {
  bbox: [8, 50, 9, 51],
  size: [100, 80],
  srs: srsByCode('EPSG:4326'),
  signal: new AbortController().signal,
};
const PNG: MapOutput = { mimeType: 'image/png', transparent: true, background: [255, 255, 255] };

/** LAYERS of the requests that a map of these layers makes. */
async function asked(test: TestContext, names: readonly string[]): Promise<string[]> {
  const map = await openMap(test, YAML);
  const layers = names.map((name) => map.mapLayers.layers.find((layer) => layer.name === name));
  assert.ok(layers.every((layer) => layer !== undefined));
  await map.renderer.render(layers, QUERY, PNG);
  return map.server.urls.map((url) => new URL(url, map.server.url).searchParams.get('LAYERS') ?? '').sort();
}

describe('requests for a map of several layers', () => {
  const CASES: readonly [row: string, layers: string[], requests: string[]][] = [
    ['SRC-34: neighbours on one server make one request', ['a', 'b'], ['a,b']],
    ['SRC-34: any number of them', ['a', 'b', 'a'], ['a,b,a']],
    ['SRC-34: not across another server', ['a', 'other', 'b'], ['a', 'b', 'other']],
    ['SRC-34: nor across another kind', ['a', 'debug', 'b'], ['a', 'b']],
    ['SRC-35: nothing below an opaque map is asked for', ['other', 'a', 'opaque', 'b'], ['opaque,b']],
    ['SRC-35: unless it covers a part only', ['other', 'half'], ['half', 'other']],
    ['one layer is one request', ['a'], ['a']],
  ];
  for (const [name, layers, requests] of CASES) {
    it(name, async (test) => {
      assert.deepEqual(await asked(test, layers), requests);
    });
  }
});

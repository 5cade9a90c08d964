import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import sharp from 'sharp';
import { BboxCoverage } from '../../../src/coverage/bbox-coverage.ts';
import type { MapLayer } from '../../../src/layer/contract.ts';
import { LimitedMapLayer } from '../../../src/layer/limited-layer.ts';
import { srsByCode } from '../../../src/srs/srs.ts';
import { openMap } from '../../support/open-map.ts';

const SOURCES = `
sources:
  wms: {type: wms, req: {url: SERVER/wms, layers: roads}, wms_opts: {featureinfo: true, legendgraphic: true}}
caches:
  tiles: {sources: [wms], grids: [GLOBAL_WEBMERCATOR]}
  file: {sources: [wms], grids: [GLOBAL_WEBMERCATOR], cache: {type: mbtiles}}
  unkept: {sources: [wms], grids: [GLOBAL_WEBMERCATOR], cache: {type: mbtiles}, disable_storage: true}
`;

type Test = Parameters<typeof openMap>[0];

/** The layers of a root, as configured. */
async function layersOf(test: Test, ...layers: readonly string[]): Promise<readonly MapLayer[]> {
  const padded = [...layers, '{title: other, layers: []}'];
  return (await openMap(test, `${SOURCES}layers: [${padded.join(', ')}]`)).mapLayers.layers;
}

describe('layers', () => {
  it('LYR-01: a title is required, and told where it is missing', async (test) => {
    const open = openMap(test, `${SOURCES}layers: [{name: a, sources: [tiles]}]`);
    await assert.rejects(open, /mapproxy\.yaml:\d+:\d+: layers\[0\]: 'title' is missing/);
  });

  it('LYR-01: without a name it only groups: no client can ask for it, and it has no tiles', async (test) => {
    const yaml = `${SOURCES}layers: [{title: Group, layers: [{name: a, title: A, sources: [tiles]}, {title: B, sources: [tiles]}]}]`;
    const { mapLayers, tileLayers } = await openMap(test, yaml);
    const names = ({ name, layers }: MapLayer): unknown[] => [name, ...layers.map(names)];
    assert.deepEqual(names(mapLayers), [undefined, ['a'], [undefined]]);
    assert.deepEqual(
      tileLayers.map(({ name }) => name),
      ['a'],
    );
  });

  it('LYR-13: can be asked and explained through caches, each source once', async (test) => {
    const [layer] = await layersOf(test, '{name: a, title: A, sources: [tiles, wms, unkept]}');
    assert.deepEqual([layer?.infoSources.length, layer?.legendSources.length], [1, 1]);
  });

  it('LYR-08: a legend of their own replaces those of their sources', async (test) => {
    const [layer] = await layersOf(test, '{name: a, title: A, sources: [wms], legendurl: "file://./legend.png"}');
    const [legend] = layer?.legendSources ?? [];
    assert.match(legend?.identifier ?? '', /^file:\/\/\/.*\/legend\.png$/);
  });

  it('LYR-07: the nominal resolution, or what the nominal scale is, is kept', async (test) => {
    const layers = await layersOf(
      test,
      '{name: a, title: A, sources: [wms], nominal_res: 10}',
      '{name: b, title: B, sources: [wms], nominal_scale: 25000}',
      '{name: c, title: C, sources: [wms]}',
    );
    const found = layers.slice(0, 3).map(({ nominalResolution }) => nominalResolution);
    assert.deepEqual(found, [10, 25000 * 0.00028, undefined]);
  });

  it('LYR-07: both at once are an error', async (test) => {
    const both = layersOf(test, '{name: a, title: A, sources: [wms], nominal_res: 10, nominal_scale: 25000}');
    await assert.rejects(both, /layers\[0\].*: requires nominal_res or nominal_scale/);
  });

  it('LYR-06: limits by scale or by resolution; a group is drawn where any layer below is', async (test) => {
    const [group] = await layersOf(
      test,
      `{title: G, layers: [{title: A, sources: [wms], min_res: 100, max_res: 10},
                           {title: B, sources: [wms], max_scale: 1000000, min_scale: 10000}]}`,
    );
    const finest = group?.layers.map(({ resolutionRange }) => resolutionRange?.finest?.toFixed(1));
    const coarsest = group?.layers.map(({ resolutionRange }) => resolutionRange?.coarsest?.toFixed(1));
    assert.deepEqual(
      [finest, coarsest],
      [
        ['10.0', '2.8'],
        ['100.0', '280.0'],
      ],
    );
    assert.equal(group?.resolutionRange?.finest?.toFixed(1), '2.8');
  });

  it('LYR-11: dimensions have lower-case names, and the last value as default', async (test) => {
    const [layer] = await layersOf(
      test,
      '{name: a, title: A, sources: [tiles], dimensions: {Elevation: {values: [0, 100]}, dim_X: {values: ["a/b"], default: a}}}',
    );
    assert.deepEqual(layer?.dimensions, [
      { name: 'elevation', values: ['0', '100'], default: '100' },
      { name: 'dim_x', values: ['a', 'b'], default: 'a' },
    ]);
  });

  it('LYR-11: a cache that cannot tell dimensions apart is an error', async (test) => {
    const layer = '{name: a, title: A, sources: [file], dimensions: {time: {values: ["2020", "2021"]}}}';
    await assert.rejects(layersOf(test, layer), /caching of dimension layer \(file\) is not supported yet/);
  });

  it('LYR-11: one that keeps nothing needs not', async (test) => {
    const [layer] = await layersOf(
      test,
      '{name: a, title: A, sources: [unkept], dimensions: {time: {values: ["2020", "2021"]}}}',
    );
    assert.equal(layer?.dimensions.length, 1);
  });
});

describe('limited layers', () => {
  const srs = srsByCode('EPSG:3857');
  const output = { mimeType: 'image/png', transparent: true, background: [255, 255, 255] } as const;
  const query = { bbox: [0, 0, 100, 100], size: [10, 10], srs, signal: new AbortController().signal } as const;

  it('AUTH-06, WMS-09: show nothing outside of their area', async (test) => {
    const { mapLayers, renderer } = await openMap(test, `${SOURCES}layers: [{name: a, title: A, sources: [wms]}]`);
    const west = new LimitedMapLayer(mapLayers, [new BboxCoverage([0, 0, 50, 100], srs, true)]);
    const { body } = await renderer.render([west], query, output);
    const { data } = await sharp(body).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    const alphas = Array.from({ length: 10 }, (_, column) => data[(5 * 10 + column) * 4 + 3]);
    assert.deepEqual(alphas, [255, 255, 255, 255, 255, 0, 0, 0, 0, 0]);
  });

  it('AUTH-06: their source is not asked for maps outside of their area', async (test) => {
    const { mapLayers, renderer, server } = await openMap(
      test,
      `${SOURCES}layers: [{name: a, title: A, sources: [wms]}]`,
    );
    await renderer.render(
      [new LimitedMapLayer(mapLayers, [new BboxCoverage([200, 0, 300, 9], srs, true)])],
      query,
      output,
    );
    assert.deepEqual(server.urls, []);
  });
});

import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import sharp from 'sharp';
import { SourceError } from '../../../src/http/errors.ts';
import type { MapLayer, MapOutput, MapQuery } from '../../../src/layer/contract.ts';
import { configureLogging } from '../../../src/log.ts';
import { srsByCode } from '../../../src/srs/srs.ts';
import { blockPng, solidPng } from '../../support/map-server.ts';
import { openMap } from '../../support/open-map.ts';

configureLogging({ level: 'silent' });

const YAML = `
globals: {image: {paletted: false}, cache: {max_tile_limit: 60}}
grids:
  utm: {srs: "EPSG:25832", bbox: [280000, 5230000, 930000, 6110000]}
sources:
  wms: {type: wms, req: {url: SERVER/wms, layers: roads}}
  top: {type: wms, req: {url: SERVER/top, layers: top, transparent: true}}
  broken: {type: wms, req: {url: SERVER/broken, layers: x, transparent: true}}
  debug: {type: debug}
caches:
  osm: {sources: [wms], grids: [GLOBAL_WEBMERCATOR], meta_size: [1, 1], meta_buffer: 0}
  two: {sources: [wms], grids: [GLOBAL_MERCATOR, utm]}
  empty: {sources: [], grids: [GLOBAL_WEBMERCATOR]}
layers:
  - {name: osm, title: OSM, sources: [osm], md: {abstract: All of it}}
  - {name: both, title: Both, sources: [osm, two]}
  - {name: debugged, title: Debugged, sources: [osm, debug]}
  - {name: direct, title: Direct, sources: [top]}
  - {name: tiles, title: Tiles, sources: [top], tile_sources: [osm, two]}
  - {name: broken, title: Broken, sources: [broken]}
  - {name: empty, title: Empty, sources: [empty]}
  - title: Group
    layers:
      - {name: inner, title: Inner, sources: [two]}
      - {title: No name, sources: [osm]}
  - {name: own, title: Own sources, sources: [top], layers: [{name: below, title: Below, sources: [osm]}]}
`;

const open = (test: Parameters<typeof openMap>[0]) =>
  openMap(test, YAML, async ({ url }) => {
    if (url.startsWith('/broken')) return { status: 500 };
    const query = new URLSearchParams(url.slice(url.indexOf('?') + 1));
    const [width, height] = [Number(query.get('WIDTH')), Number(query.get('HEIGHT'))];
    const body = url.startsWith('/top') ? await solidPng(width, height, [1, 2, 3]) : await blockPng(width, height);
    return { headers: { 'Content-Type': 'image/png' }, body };
  });

function layer(root: MapLayer, name: string): MapLayer {
  const found = [root, ...root.layers.flatMap((one) => [one, ...one.layers])].find((one) => one.name === name);
  assert.ok(found, name);
  return found;
}

/** ModelPixelScaleTag and ModelTiepointTag of a little-endian TIFF (OGC GeoTIFF, section 7.1). */
function geoTags(file: Buffer): { readonly scale: number[]; readonly tiePoint: number[] } {
  const directory = file.readUInt32LE(4);
  const tags = new Map<number, number[]>();
  for (let i = 0; i < file.readUInt16LE(directory); i++) {
    const at = directory + 2 + i * 12;
    const [tag, type, count] = [file.readUInt16LE(at), file.readUInt16LE(at + 2), file.readUInt32LE(at + 4)];
    if (type !== 12) continue;
    const values = file.readUInt32LE(at + 8);
    tags.set(
      tag,
      Array.from({ length: count }, (_, k) => file.readDoubleLE(values + k * 8)),
    );
  }
  return { scale: tags.get(33550) ?? [], tiePoint: tags.get(33922) ?? [] };
}

/** A square of the world in web Mercator, at 256 pixels one tile of level 2. */
const QUERY: MapQuery = {
  bbox: [-10018754.171394622, 0, 0, 10018754.171394622],
  size: [256, 256],
  srs: srsByCode('EPSG:3857'),
  signal: new AbortController().signal,
};
const PNG: MapOutput = { mimeType: 'image/png', transparent: false, background: [255, 255, 255] };

async function pixelAt(body: Buffer, x: number, y: number): Promise<number[]> {
  const { data, info } = await sharp(body).raw().toBuffer({ resolveWithObject: true });
  const at = (y * info.width + x) * info.channels;
  return [...data.subarray(at, at + info.channels)];
}

describe('the layer tree', () => {
  it('LYR-04: layers with one cache are offered as tiles, one set for each grid', async (test) => {
    const { tileLayers } = await open(test);
    const offered = tileLayers.map(({ name, tileSets }) => [name, tileSets.map(({ grid }) => grid.name).join()]);
    assert.deepEqual(Object.fromEntries(offered), {
      osm: 'GLOBAL_WEBMERCATOR',
      debugged: 'GLOBAL_WEBMERCATOR',
      tiles: 'GLOBAL_WEBMERCATOR,GLOBAL_MERCATOR,utm',
      empty: 'GLOBAL_WEBMERCATOR',
      inner: 'GLOBAL_MERCATOR,utm',
      below: 'GLOBAL_WEBMERCATOR',
    });
  });

  it('one cache is built once, whoever uses it', async (test) => {
    const { tileLayers } = await open(test);
    const [first, second] = ['osm', 'below'].map((name) => tileLayers.find((one) => one.name === name)?.tileSets[0]);
    assert.equal(first, second);
  });

  it('CFG-14: several layers at the top get a root', async (test) => {
    const { mapLayers } = await open(test);
    assert.deepEqual([mapLayers.name, mapLayers.title, mapLayers.layers.length], [undefined, 'Root', 9]);
  });

  it('CFG-14: a single group is the root itself', async (test) => {
    const yaml = YAML.slice(0, YAML.indexOf('layers:\n')).concat(
      'layers: [{name: root, title: All, layers: [{name: osm, title: OSM, sources: [osm]}]}]',
    );
    const { mapLayers } = await openMap(test, yaml);
    assert.equal(mapLayers.title, 'All');
    assert.equal(mapLayers.layers[0]?.name, 'osm');
  });

  it('LYR-12: the extent is that of the sources', async (test) => {
    const { mapLayers } = await open(test);
    assert.equal(layer(mapLayers, 'osm').extent.bbox[2], 20037508.342789244);
    assert.deepEqual(layer(mapLayers, 'direct').extent.bbox, [-180, -90, 180, 90]);
  });

  it('LYR-10: the abstract', async (test) => {
    const { mapLayers, tileLayers } = await open(test);
    assert.equal(layer(mapLayers, 'osm').abstract, 'All of it');
    assert.equal(tileLayers[0]?.abstract, 'All of it');
  });

  it('SRC-55: a tile source is no source of a map layer', async (test) => {
    const yaml = `
sources: {t: {type: tile, grid: GLOBAL_MERCATOR, url: "SERVER/%(z)s"}}
layers: [{name: t, title: T, sources: [t]}]`;
    await assert.rejects(openMap(test, yaml), /does not support un-tiled access/);
  });
});

describe('rendering', () => {
  it('GRD-20, IMG-17: a map from tiles', async (test) => {
    const { mapLayers, renderer, server } = await open(test);
    const query = { ...QUERY, bbox: [-15028131.257091932, 0, 0, 15028131.257091932], size: [384, 384] } as const;
    const map = await renderer.render([layer(mapLayers, 'osm')], query, PNG);
    assert.equal(map.mimeType, 'image/png');
    assert.equal(map.cacheable, true);
    assert.equal(server.requests.length, 4);
    // The map starts in the middle of the first tile; the second starts at 128.
    assert.deepEqual(await pixelAt(map.body, 0, 0), [16, 16, 200]);
    assert.deepEqual(await pixelAt(map.body, 128, 383), [0, 31, 200]);
  });

  it('IMG-09: a map that is one stored tile goes out as it is', async (test) => {
    const { mapLayers, renderer } = await open(test);
    const map = await renderer.render([layer(mapLayers, 'osm')], QUERY, { ...PNG, transparent: true });
    assert.deepEqual(map.body, await blockPng(256, 256));
  });

  it('IMG-12: layers over each other', async (test) => {
    const { mapLayers, renderer } = await open(test);
    const layers = ['osm', 'direct'].map((name) => layer(mapLayers, name));
    const map = await renderer.render(layers, QUERY, PNG);
    assert.deepEqual(await pixelAt(map.body, 9, 9), [1, 2, 3]);
  });

  it('LYR-05: tile_sources are the tiles, a set for each grid of each cache; maps are drawn of the sources', async (test) => {
    const { mapLayers, tileLayers, renderer, server } = await open(test);
    const tiles = tileLayers.find(({ name }) => name === 'tiles');
    const grids = tiles?.tileSets.map(({ grid }) => grid.name);
    assert.deepEqual(grids, ['GLOBAL_WEBMERCATOR', 'GLOBAL_MERCATOR', 'utm']);
    await renderer.render([layer(mapLayers, 'tiles')], QUERY, PNG);
    assert.equal(server.urls.length, 1);
    assert.match(server.urls[0] ?? '', /^\/top/);
  });

  it('WMS-46: a GeoTIFF says where the map is that was asked for, reprojected or a single stored tile', async (test) => {
    const cached = YAML.replace('osm: {sources', 'osm: {format: image/GeoTIFF, request_format: image/png, sources');
    for (const yaml of [YAML, cached]) {
      const { mapLayers, renderer } = await openMap(test, yaml);
      const utm = { ...QUERY, srs: srsByCode('EPSG:25832'), bbox: [500000, 5500000, 525600, 5525600] } as const;
      for (const query of [QUERY, utm]) {
        for (const mimeType of ['image/GeoTIFF', 'image/geotiff']) {
          const output = { ...PNG, mimeType, transparent: true };
          const { body } = await renderer.render([layer(mapLayers, 'osm')], query, output);
          const [west, south, east, north] = query.bbox;
          const { scale, tiePoint } = geoTags(body);
          assert.deepEqual(scale, [(east - west) / query.size[0], (north - south) / query.size[1], 0]);
          assert.deepEqual(tiePoint, [0, 0, 0, west, north, 0]);
        }
      }
    }
  });

  it('LYR-02: own sources replace the children', async (test) => {
    const { mapLayers, renderer, server } = await open(test);
    await renderer.render([layer(mapLayers, 'own')], QUERY, PNG);
    assert.equal(server.urls.length, 1);
    assert.match(server.urls[0] ?? '', /^\/top/);
  });

  it('LYR-02: a group without renders its children', async (test) => {
    const { mapLayers, renderer, server } = await open(test);
    const group = mapLayers.layers.find(({ title }) => title === 'Group');
    assert.ok(group);
    await renderer.render([group], QUERY, PNG);
    assert.equal(server.urls.length, 2);
  });

  it('IMG-11: nothing there is the background, or transparent', async (test) => {
    const { mapLayers, renderer } = await open(test);
    const layers = [layer(mapLayers, 'empty')];
    const red = await renderer.render(layers, QUERY, { ...PNG, background: [255, 0, 0] });
    assert.deepEqual(await pixelAt(red.body, 5, 5), [255, 0, 0]);
    const clear = await renderer.render(layers, QUERY, { ...PNG, transparent: true });
    assert.equal((await pixelAt(clear.body, 5, 5))[3], 0);
  });

  it('IMG-10: nothing there is not reduced to a palette', async (test) => {
    const { mapLayers, renderer } = await openMap(test, YAML.replace('paletted: false', 'paletted: true'));
    const isPalette = async (name: string) => {
      const { body } = await renderer.render([layer(mapLayers, name)], QUERY, PNG);
      // The colour type of PNG, 3: a palette.
      return body[25] === 3;
    };
    assert.equal(await isPalette('osm'), true);
    assert.equal(await isPalette('empty'), false);
  });

  it('IMG-19: a stored tile that cannot be read is removed, and made anew for the next', async (test) => {
    const { folder, mapLayers, renderer, server } = await open(test);
    const file = join(folder, 'cache_data/osm_EPSG3857/02/000/000/001/000/000/001.png');
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, 'no picture');
    const layers = [layer(mapLayers, 'osm')];
    assert.equal((await renderer.render(layers, QUERY, PNG)).cacheable, false);
    assert.equal(server.requests.length, 0);
    assert.equal((await renderer.render(layers, QUERY, PNG)).cacheable, true);
    assert.equal(server.requests.length, 1);
  });

  it('IMG-06: JPEG', async (test) => {
    const { mapLayers, renderer } = await open(test);
    const map = await renderer.render([layer(mapLayers, 'osm')], QUERY, { ...PNG, mimeType: 'image/jpeg' });
    assert.equal(map.mimeType, 'image/jpeg');
    assert.equal(map.body[0], 0xff);
  });

  it('GLB-33: too many tiles', async (test) => {
    const { mapLayers, renderer, server } = await open(test);
    const query = { ...QUERY, size: [2048, 2048] } as const;
    await assert.rejects(renderer.render([layer(mapLayers, 'osm')], query, PNG), {
      name: 'RequestError',
      message: 'Request too large or invalid BBOX. (too many tiles, max_tile_limit: 60, num_tiles: 64)',
    });
    assert.deepEqual(server.urls, []);
  });

  it('GRD-17: much coarser than the first level is blank', async (test) => {
    const { mapLayers, renderer, server } = await open(test);
    const query = { ...QUERY, bbox: [-20037508, -20037508, 20037508, 20037508], size: [32, 32] } as const;
    await renderer.render([layer(mapLayers, 'osm')], query, PNG);
    assert.deepEqual(server.urls, []);
  });

  it('TILE-03: the grid in the SRS asked for is taken', async (test) => {
    const { mapLayers, renderer, server } = await open(test);
    const query = { ...QUERY, bbox: [500000, 5500000, 600000, 5600000], srs: srsByCode('EPSG:25832') } as const;
    await renderer.render([layer(mapLayers, 'inner')], query, PNG);
    assert.match(server.urls[0] ?? '', /SRS=EPSG%3A25832/);
  });

  it('TILE-03: a map in an SRS that the cache does not have is drawn from its tiles', async (test) => {
    const { mapLayers, renderer } = await open(test);
    const query = { ...QUERY, bbox: [5, 45, 10, 50], srs: srsByCode('EPSG:4326') } as const;
    const map = await renderer.render([layer(mapLayers, 'osm')], query, PNG);
    const { data, info } = await sharp(map.body).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    assert.deepEqual([info.width, info.height], [...QUERY.size]);
    const middle = ((info.height >> 1) * info.width + (info.width >> 1)) * 4;
    assert.equal(data[middle + 3], 255, 'opaque');
  });

  it('WMS-30: one failing layer is left out, and the map not cacheable', async (test) => {
    const { mapLayers, renderer } = await open(test);
    const layers = ['osm', 'broken'].map((name) => layer(mapLayers, name));
    assert.equal((await renderer.render(layers, QUERY, PNG)).cacheable, false);
  });

  it('WMS-30: nothing but failing layers is an error', async (test) => {
    const { mapLayers, renderer } = await open(test);
    await assert.rejects(
      renderer.render([layer(mapLayers, 'broken')], QUERY, PNG),
      (error) => error instanceof SourceError && error.message.startsWith('Could not get any sources:\nHTTP Error'),
    );
  });
});

import assert from 'node:assert/strict';
import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { checkConfiguration } from '../../../src/config/index.ts';
import { decodeImage } from '../../../src/image/raster.ts';
import { configureLogging } from '../../../src/log.ts';
import { srsByCode } from '../../../src/srs/srs.ts';
import { solidPng, type UpstreamRequest } from '../../support/map-server.ts';
import { openMap } from '../../support/open-map.ts';
import { folderWith } from '../../support/temporary.ts';

configureLogging({ level: 'silent' });

const signal = new AbortController().signal;
const fonts = dirname(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json'));

interface Parts {
  readonly globals?: string;
  readonly source?: string;
  readonly cache?: string;
  readonly grids?: string;
}

/** One cache of a WMS, with what is said besides. */
function configuration({
  globals = '',
  source = '',
  cache = '',
  grids = 'grids: [GLOBAL_WEBMERCATOR]',
}: Parts): string {
  return `
globals: {${globals}}
sources:
  wms: {type: wms, req: {url: "SERVER/?", layers: a}${source}}
  tiles: {type: tile, grid: GLOBAL_WEBMERCATOR, url: "SERVER/%(z)s/%(x)s/%(y)s"}
caches:
  map: {sources: [wms]${grids === '' ? '' : `, ${grids}`}${cache}}
layers: [{name: map, title: Map, sources: [map]}]
`;
}

async function problemsOf(test: TestContext, parts: Parts): Promise<string[]> {
  const yaml = configuration(parts).replaceAll('SERVER', 'http://maps.example.org');
  const folder = await folderWith(test, { 'mapproxy.yaml': yaml });
  return (await checkConfiguration(join(folder, 'mapproxy.yaml'))).map(({ message }) => message);
}

async function solid({ url }: UpstreamRequest) {
  const query = new URL(url, 'http://upstream').searchParams;
  const size = [Number(query.get('WIDTH') ?? 256), Number(query.get('HEIGHT') ?? 256)] as const;
  return { headers: { 'Content-Type': 'image/png' }, body: await solidPng(...size, [200, 100, 50]) };
}

describe('globals of images', () => {
  it('GLB-01: resampling_method is bicubic, or what is said; a cache has its own', async (test) => {
    const methodOf = async (parts: Parts) =>
      (await openMap(test, configuration(parts))).graph.tileCaches('map')[0]?.image.resampling;
    assert.equal(await methodOf({}), 'bicubic');
    assert.equal(await methodOf({ globals: 'image: {resampling_method: nearest}' }), 'nearest');
    const own = { globals: 'image: {resampling_method: nearest}', cache: ', image: {resampling_method: bilinear}' };
    assert.equal(await methodOf(own), 'bilinear');
  });

  /** The level of GLOBAL_WEBMERCATOR that a map so many times finer than level 2 is drawn from; coarser: below 1. */
  async function levelFor(test: TestContext, globals: string, times: number): Promise<number | undefined> {
    const { graph } = await openMap(test, configuration({ globals }));
    const grid = graph.grid('GLOBAL_WEBMERCATOR');
    const span = (grid.resolution(2) / times) * 100;
    return grid.affectedTiles([0, 0, span, span], [100, 100])?.level;
  }

  it('GLB-04: stretch_factor of all grids, 1.15 by default', async (test) => {
    assert.equal(await levelFor(test, '', 1.1), 2);
    assert.equal(await levelFor(test, '', 1.3), 3);
    assert.equal(await levelFor(test, 'image: {stretch_factor: 1.5}', 1.3), 2);
  });

  it('GLB-05: max_shrink_factor of all grids, 4 by default', async (test) => {
    const levelAt = async (globals: string, times: number) => {
      const { graph } = await openMap(test, configuration({ globals }));
      const grid = graph.grid('GLOBAL_WEBMERCATOR');
      const half = (grid.resolution(0) * times * 10) / 2;
      return grid.affectedTiles([-half, -half, half, half], [10, 10])?.level;
    };
    assert.equal(await levelAt('', 3.5), 0);
    assert.equal(await levelAt('', 5), undefined);
    assert.equal(await levelAt('image: {max_shrink_factor: 6}', 5), 0);
  });

  it('GLB-06: transparent_color_tolerance is 5, or what is said; a source has its own', async (test) => {
    const alphaOf = async (globals: string, own = '') => {
      const source = `, image: {transparent_color: [208, 100, 50]${own}}`;
      const cache = ', image: {colors: 0}';
      const { tileSet } = await openMap(test, configuration({ globals, source, cache }), solid);
      const tile = await tileSet('map').getTile([0, 0, 0], { signal });
      return (await decodeImage(tile?.body ?? Buffer.alloc(0))).data[3];
    };
    assert.equal(await alphaOf(''), 255, '8 is more than 5');
    assert.equal(await alphaOf('image: {transparent_color_tolerance: 8}'), 0);
    assert.equal(await alphaOf('image: {transparent_color_tolerance: 8}', ', transparent_color_tolerance: 7'), 255);
  });

  it('GLB-07: font_dir is where fonts are, whatever they are called in their files', async (test) => {
    const cache = ', image: {colors: 0}, watermark: {text: hello, opacity: 255}';
    const written = async (globals: string, font?: string) => {
      const { folder, tileSet } = await openMap(test, configuration({ globals, cache }), solid);
      await mkdir(join(folder, 'fonts'));
      if (font !== undefined) await copyFile(join(fonts, 'ttf', font), join(folder, 'fonts/DejaVuSans.ttf'));
      return (await tileSet('map').getTile([0, 0, 0], { signal }))?.body;
    };
    const usual = await written('');
    const own = 'image: {font_dir: ./fonts}';
    assert.deepEqual(await written(own, 'DejaVuSans.ttf'), usual);
    assert.notDeepEqual(await written(own, 'DejaVuSans-Bold.ttf'), usual);
    assert.notDeepEqual(await written(own, 'DejaVuSerif.ttf'), usual);
    assert.deepEqual(await written(own), usual, 'where there is none, the font that comes along');
  });

  it('GLB-07: fonts that are not there are told', async (test) => {
    const problems = await problemsOf(test, { globals: 'image: {font_dir: ./fonts}' });
    assert.deepEqual(
      problems.map((problem) => problem.replace(/no .*\/fonts/, 'no fonts')),
      [
        'there is no fonts/DejaVuSans.ttf, the font that comes along is used',
        'there is no fonts/DejaVuSansMono.ttf, the font that comes along is used',
      ],
    );
  });

  it('GLB-09: merge_method is accepted without a word', async (test) => {
    const globals = 'image: {merge_method: composite, formats: {f: {format: image/png, merge_method: paste}}}';
    assert.deepEqual(await problemsOf(test, { globals }), []);
  });
});

describe('globals of caches', () => {
  /** How many requests a tile of level 2 makes. */
  async function requestsOf(test: TestContext, globals: string, cache = ''): Promise<number> {
    const yaml = configuration({ globals, cache }).replace('sources: [wms]', 'sources: [tiles]');
    const { server, tileSet } = await openMap(test, yaml, solid);
    await tileSet('map').getTile([0, 0, 2], { signal });
    return server.urls.length;
  }

  it('GLB-30: bulk_meta_tiles of all caches', async (test) => {
    assert.equal(await requestsOf(test, ''), 1);
    assert.equal(await requestsOf(test, 'cache: {bulk_meta_tiles: true}'), 16);
    assert.equal(await requestsOf(test, 'cache: {bulk_meta_tiles: true}', ', bulk_meta_tiles: false'), 1);
  });

  it('GLB-31: minimize_meta_requests of all caches', async (test) => {
    const countOf = async (globals: string) => {
      const { mapLayers, renderer, server } = await openMap(test, configuration({ globals }), solid);
      const query = { bbox: [-9e6, -9e6, 9e6, 9e6], size: [920, 920], srs: srsByCode('EPSG:3857'), signal } as const;
      await renderer.render([mapLayers], query, { mimeType: 'image/png', transparent: true, background: [0, 0, 0] });
      return server.urls.length;
    };
    assert.equal(await countOf('cache: {meta_size: [2, 2]}'), 4);
    assert.equal(await countOf('cache: {meta_size: [2, 2], minimize_meta_requests: true}'), 1);
  });

  it('TILE-02: a cache without grids has GLOBAL_MERCATOR, and is told so', async (test) => {
    assert.ok((await problemsOf(test, { grids: '' })).includes('no grids: using GLOBAL_MERCATOR'));
    const { graph } = await openMap(test, configuration({ grids: '' }));
    assert.deepEqual(
      graph.tileCaches('map').map(({ grid }) => grid.name),
      ['GLOBAL_MERCATOR'],
    );
  });

  it('TILE-02: each grid has tiles of its own', async (test) => {
    const grids = 'grids: [GLOBAL_GEODETIC, GLOBAL_WEBMERCATOR]';
    const { folder, graph } = await openMap(test, configuration({ grids }), solid);
    for (const cache of graph.tileCaches('map')) await cache.getTile([0, 0, 1], { signal });
    const folders = (await readdir(join(folder, 'cache_data'))).toSorted();
    assert.deepEqual(folders, ['map_EPSG3857', 'map_EPSG4326', 'tile_locks']);
  });

  it('TILE-06: format among the image options wins over the one beside', async (test) => {
    const parts = { cache: ', format: image/png, image: {format: image/jpeg}' };
    const { folder, tileSet } = await openMap(test, configuration(parts), solid);
    assert.equal((await tileSet('map').getTile([0, 0, 0], { signal }))?.mimeType, 'image/jpeg');
    const files = await readdir(join(folder, 'cache_data/map_EPSG3857'), { recursive: true });
    assert.ok(files.includes('00/000/000/000/000/000/000.jpeg'));
  });

  it('TILE-07: name takes the place of the key in paths and locks', async (test) => {
    const { folder, graph } = await openMap(test, configuration({ cache: ', name: other' }), solid);
    const [cache] = graph.tileCaches('map');
    await cache?.getTile([0, 0, 0], { signal });
    assert.equal(cache?.name, 'other');
    assert.deepEqual((await readdir(join(folder, 'cache_data'))).toSorted(), ['other_EPSG3857', 'tile_locks']);
    const named = await openMap(test, configuration({ cache: ', name: map' }).replaceAll('cache_data', folder));
    assert.notEqual(cache?.lockId, named.graph.tileCaches('map')[0]?.lockId);
  });

  for (const layout of ['tc', 'mp', 'tms', 'reverse_tms', 'quadkey', 'arcgis']) {
    it(`CCH-08: layout ${layout} counts rows as the grid does`, async (test) => {
      const northern: string[][] = [];
      for (const grid of ['GLOBAL_MERCATOR', 'GLOBAL_WEBMERCATOR']) {
        const cache = `, cache: {type: file, directory: ./tiles, directory_layout: ${layout}}, meta_size: [1, 1]`;
        const { folder, graph } = await openMap(test, configuration({ grids: `grids: [${grid}]`, cache }), solid);
        // The north-west of the world: row 0 of one grid, row 1 of the other.
        await graph.tileCaches('map')[0]?.getTile([0, grid === 'GLOBAL_MERCATOR' ? 1 : 0, 1], { signal });
        northern.push(
          (await readdir(join(folder, 'tiles'), { recursive: true })).filter((name) => name.endsWith('.png')),
        );
      }
      assert.deepEqual(
        northern.map(({ length }) => length),
        [1, 1],
      );
      assert.notDeepEqual(northern[0], northern[1]);
    });
  }
});

describe('globals without effect', () => {
  it('GLB-42, TRAP-06: axis_order_ne and axis_order_en are accepted without a word', async (test) => {
    const globals = 'srs: {axis_order_ne: ["EPSG:3857"], axis_order_en: ["EPSG:4326"]}';
    assert.deepEqual(await problemsOf(test, { globals }), []);
    const source = ', supported_srs: ["EPSG:4326"], wms_opts: {version: "1.3.0"}';
    const grids = 'grids: [GLOBAL_GEODETIC]';
    const { server, tileSet } = await openMap(test, configuration({ globals, source, grids }), solid);
    await tileSet('map').getTile([0, 0, 0], { signal });
    assert.match(server.urls[0] ?? '', /BBOX=-90,-180,90,180/, 'north before east, as ever');
  });

  it('GLB-37, GLB-38: s3 and azureblob are told to have none yet', async (test) => {
    assert.deepEqual(
      await problemsOf(test, { globals: 'cache: {s3: {bucket_name: b}, azureblob: {container_name: c}}' }),
      ["'s3' has no effect yet", "'azureblob' has no effect yet"],
    );
  });
});

import assert from 'node:assert/strict';
import { lstat, readFile, readlink, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import sharp from 'sharp';
import { TileMemory } from '../../../src/cache/store/tile-memory.ts';
import { configureLogging } from '../../../src/log.ts';
import { blockPng, solidPng } from '../../support/map-server.ts';
import { openMap } from '../../support/open-map.ts';
import { buildStore, filesIn } from '../../support/stores.ts';

configureLogging({ level: 'silent' });

const RED = [255, 0, 0] as const;
const LONG_AGO = 1_000_000_000;

function build(test: TestContext, linkSingleColors: 'symlink' | 'hardlink') {
  const options = { directory: '.', directory_layout: 'tms' };
  return buildStore(test, options, { linkSingleColors, memory: new TileMemory(2 ** 20) });
}

function tile(x: number, body: Buffer) {
  return { coord: [x, 4, 2] as const, body };
}

describe('tiles of one colour', () => {
  it('TILE-24: are relative links to one file named by the colour', async (test) => {
    const { store, folder } = await build(test, 'symlink');
    const red = await solidPng(256, 256, RED);
    await store.store([tile(3, red), tile(1, red), tile(2, await blockPng(256, 256))]);
    assert.equal(await readlink(join(folder, '2/3/4.png')), '../../single_color_tiles/ff0000.png');
    assert.equal(await readlink(join(folder, '2/1/4.png')), '../../single_color_tiles/ff0000.png');
    assert.ok((await lstat(join(folder, '2/2/4.png'))).isFile());
    assert.deepEqual((await store.load([3, 4, 2]))?.body, red);
    assert.deepEqual((await filesIn(folder)).toSorted(), ['2/2/4.png', 'single_color_tiles/ff0000.png']);
  });

  it('TILE-24: with alpha in the name where the picture has any', async (test) => {
    const { store, folder } = await build(test, 'symlink');
    const background = { r: 1, g: 2, b: 3, alpha: 128 / 255 };
    const body = await sharp({ create: { width: 256, height: 256, channels: 4, background } })
      .png()
      .toBuffer();
    await store.store([tile(3, body)]);
    assert.deepEqual(await filesIn(folder), ['single_color_tiles/01020380.png']);
  });

  it('TILE-24: as hard links share file and time', async (test) => {
    const { store, folder } = await build(test, 'hardlink');
    const red = await solidPng(256, 256, RED);
    for (const _ of [1, 2]) await store.store([tile(3, red), tile(1, red)]);
    const [one, two] = [await stat(join(folder, '2/3/4.png')), await stat(join(folder, '2/1/4.png'))];
    assert.equal(one.ino, two.ino);
    assert.equal(one.mtimeMs, two.mtimeMs);
    assert.deepEqual((await filesIn(folder)).toSorted(), ['2/1/4.png', '2/3/4.png', 'single_color_tiles/ff0000.png']);
  });

  for (const mode of ['symlink', 'hardlink'] as const) {
    it(`TILE-24: a tile of more colours takes the place of a ${mode}, not of the shared file`, async (test) => {
      const { store, folder } = await build(test, mode);
      const [red, blocks] = [await solidPng(256, 256, RED), await blockPng(256, 256)];
      await store.store([tile(3, red)]);
      await store.store([tile(3, blocks)]);
      assert.deepEqual((await store.load([3, 4, 2]))?.body, blocks);
      assert.deepEqual(await readFile(join(folder, 'single_color_tiles/ff0000.png')), red);
    });
  }

  it('TILE-17: a link has its own time, which a new link changes in memory too', async (test) => {
    const { store, folder } = await build(test, 'symlink');
    const red = await solidPng(256, 256, RED);
    await store.store([tile(3, red)]);
    const shared = join(folder, 'single_color_tiles/ff0000.png');
    await utimes(shared, LONG_AGO, LONG_AGO);
    assert.ok(((await store.load([3, 4, 2]))?.timestamp ?? 0) > LONG_AGO);
    await store.remove([3, 4, 2]);
    assert.equal(await store.load([3, 4, 2]), null);
    await store.store([tile(3, red)]);
    await rm(shared);
    assert.equal(await store.load([3, 4, 2]), null, 'a link to nothing is no tile');
  });

  for (const [value, isLink] of [
    ['true', true],
    ['symlink', true],
    ['hardlink', false],
  ] as const) {
    it(`GLB-34: link_single_color_images: ${value}`, async (test) => {
      const body = await solidPng(256, 256, RED);
      const yaml = `
globals: {cache: {link_single_color_images: ${value}}}
sources:
  tiles: {type: tile, grid: GLOBAL_WEBMERCATOR, url: "SERVER/%(z)s/%(x)s/%(y)s"}
caches:
  osm: {sources: [tiles], grids: [GLOBAL_WEBMERCATOR], cache: {type: file, directory: ./c, directory_layout: tms}}
layers: [{name: osm, title: OSM, sources: [osm]}]
`;
      const { folder, tileSet } = await openMap(test, yaml, () => ({ headers: { 'Content-Type': 'image/png' }, body }));
      await tileSet('osm').getTile([0, 0, 1], { signal: new AbortController().signal });
      assert.equal((await lstat(join(folder, 'c/1/0/0.png'))).isSymbolicLink(), isLink);
      assert.ok((await filesIn(folder)).includes('c/single_color_tiles/ff0000.png'));
    });
  }
});

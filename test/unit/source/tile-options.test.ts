import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { SourceError } from '../../../src/http/errors.ts';
import { configureLogging } from '../../../src/log.ts';
import type { TiledSource } from '../../../src/source/contract.ts';
import { rasterOf } from '../../../src/source/image-answer.ts';
import { type AnswerUpstream, solidPng } from '../../support/map-server.ts';
import { openMap } from '../../support/open-map.ts';

configureLogging({ level: 'silent' });

const signal = new AbortController().signal;
const PNG = { format: 'image/png', signal } as const;

const draw: AnswerUpstream = async () => ({
  headers: { 'Content-Type': 'image/png' },
  body: await solidPng(256, 256, [200, 100, 50]),
});

/** A tile source with these options besides, whose URLs tell place and format. */
async function tileSource(test: TestContext, options: string, answer: AnswerUpstream = draw) {
  const url = 'url: "SERVER/%(z)s/%(x)s/%(y)s.%(format)s"';
  const yaml = `sources: {t: {type: tile, grid: GLOBAL_WEBMERCATOR, ${url}${options === '' ? '' : `, ${options}`}}}`;
  const { graph, server } = await openMap(test, yaml, answer);
  const source = graph.source('t');
  assert.ok(source.kind === 'tiles');
  return { source: source satisfies TiledSource, server };
}

describe('what a tile source has in common with others', () => {
  it('SRC-53: on_error stands in for a failed answer', async (test) => {
    const on = 'on_error: {404: {response: [1, 2, 3], cache: true}}';
    const { source } = await tileSource(test, on, () => ({ status: 404 }));
    const tile = await source.getTile([0, 0, 1], PNG);
    assert.ok(tile !== null);
    assert.deepEqual([...(await rasterOf(tile)).data.subarray(0, 4)], [1, 2, 3, 255]);
    assert.equal(tile.cacheable, true);
    const { source: strict } = await tileSource(test, '', () => ({ status: 404 }));
    await assert.rejects(strict.getTile([0, 0, 1], PNG), SourceError);
  });

  it('SRC-53: beyond its limits of resolution nothing is there, and nobody is asked', async (test) => {
    const { source, server } = await tileSource(test, 'min_res: 50000, max_res: 10000');
    assert.equal(await source.getTile([0, 0, 0], PNG), null);
    assert.equal(await source.getTile([0, 0, 5], PNG), null);
    assert.ok(await source.getTile([0, 0, 3], PNG));
    assert.deepEqual(server.urls, ['/3/0/0.png']);
  });

  it('SRC-53, COV-09: outside of its coverage nothing is there, and nobody is asked', async (test) => {
    const { source, server } = await tileSource(test, 'coverage: {bbox: [0, 10, 90, 45], srs: "EPSG:4326"}');
    assert.equal(await source.getTile([0, 0, 1], PNG), null);
    assert.ok(await source.getTile([1, 0, 1], PNG));
    assert.deepEqual(server.urls, ['/1/1/0.png']);
  });

  it('SRC-53: http adds headers', async (test) => {
    const { source, server } = await tileSource(test, 'http: {headers: {X-Key: secret}}');
    await source.getTile([0, 0, 1], PNG);
    assert.equal(server.requests[0]?.headers['x-key'], 'secret');
  });

  it('SRC-53: request_format and image.format win over what the cache asks for', async (test) => {
    for (const options of ['request_format: image/jpeg', 'image: {format: image/jpeg}']) {
      const { source, server } = await tileSource(test, options);
      await source.getTile([0, 0, 1], PNG);
      assert.deepEqual(server.urls, ['/1/0/0.jpeg'], options);
    }
  });

  it('SRC-53: transparent, by either name, and opacity', async (test) => {
    for (const options of ['transparent: true', 'image: {transparent: true}']) {
      assert.equal((await tileSource(test, options)).source.image.transparent, true, options);
    }
    assert.equal((await tileSource(test, 'image: {opacity: 0.5}')).source.image.opacity, 0.5);
  });

  it('SRC-52: origin is left to the grid, with a warning', async (test) => {
    const yaml =
      'sources: {t: {type: tile, grid: GLOBAL_WEBMERCATOR, origin: sw, url: "SERVER/%(z)s/%(x)s/%(y)s"}}\n' +
      'caches: {c: {sources: [t], grids: [GLOBAL_WEBMERCATOR]}}\nlayers: [{name: a, title: A, sources: [c]}]\n';
    const { problems, server, tileSet } = await openMap(test, yaml, draw);
    assert.deepEqual(
      problems.list.map(({ severity, message, place }) => `${severity} ${place.path}: ${message}`),
      ['warning sources.t: origin is ignored: set it on the grid'],
    );
    await tileSet('a').getTile([1, 0, 1], { signal });
    assert.deepEqual(server.urls, ['/1/1/0']);
  });
});

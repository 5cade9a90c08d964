import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { configureLogging } from '../../../src/log.ts';
import type { MapSource } from '../../../src/source/contract.ts';
import { srsByCode } from '../../../src/srs/srs.ts';
import { type AnswerUpstream, solidPng } from '../../support/map-server.ts';
import { openMap } from '../../support/open-map.ts';

configureLogging({ level: 'silent' });

const QUERY = {
  bbox: [0, 0, 100, 100],
  size: [10, 10],
  srs: srsByCode('EPSG:3857'),
  format: 'image/png',
  signal: new AbortController().signal,
} as const;

const draw: AnswerUpstream = async () => ({
  headers: { 'Content-Type': 'image/png', 'Set-Cookie': 'session=1' },
  body: await solidPng(10, 10, [1, 2, 3]),
});

/** A WMS source with these options of `http`, below those of `globals.http`. */
async function source(test: TestContext, http: string, globals: string, answer = draw) {
  const yaml = `globals: {http: {${globals}}}\nsources: {s: {type: wms, req: {url: SERVER/wms, layers: a}, http: {${http}}}}`;
  const { graph, server } = await openMap(test, yaml, answer);
  const built = graph.source('s');
  assert.ok(built.kind === 'map');
  return { source: built satisfies MapSource, server };
}

describe('http of a source wins over that of globals', () => {
  it('SRC-33: method', async (test) => {
    const { source: one, server } = await source(test, 'method: POST', 'method: GET');
    await one.getMap(QUERY);
    assert.equal(server.requests[0]?.method, 'POST');
  });

  it('SRC-33: headers', async (test) => {
    const { source: one, server } = await source(test, 'headers: {X-Own: a}', 'headers: {X-Global: b}');
    await one.getMap(QUERY);
    const { 'x-own': own, 'x-global': global } = server.requests[0]?.headers ?? {};
    assert.deepEqual([own, global], ['a', undefined]);
  });

  it('SRC-33: client_timeout', async (test) => {
    const slowly: AnswerUpstream = async (request) => {
      await sleep(1000);
      return draw(request);
    };
    const { source: hurried } = await source(test, 'client_timeout: 0.1', 'client_timeout: 30', slowly);
    await assert.rejects(hurried.getMap(QUERY), { name: 'SourceError' });
    const { source: patient } = await source(test, 'client_timeout: 30', 'client_timeout: 0.1', slowly);
    assert.ok(await patient.getMap(QUERY));
  });

  it('SRC-33: hide_error_details', async (test) => {
    const fail: AnswerUpstream = () => ({ status: 503 });
    const { source: open } = await source(test, 'hide_error_details: false', 'hide_error_details: true', fail);
    await assert.rejects(open.getMap(QUERY), /127\.0\.0\.1/);
    const { source: closed } = await source(test, 'hide_error_details: true', 'hide_error_details: false', fail);
    await assert.rejects(closed.getMap(QUERY), ({ message }: Error) => !message.includes('127.0.0.1'));
  });

  it('SRC-33: manage_cookies', async (test) => {
    for (const [own, global, cookie] of [
      [true, false, 'session=1'],
      [false, true, undefined],
    ] as const) {
      const { source: one, server } = await source(test, `manage_cookies: ${own}`, `manage_cookies: ${global}`);
      await one.getMap(QUERY);
      await one.getMap(QUERY);
      assert.equal(server.requests[1]?.headers.cookie, cookie);
    }
  });
});

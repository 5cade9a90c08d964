import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applicationOf } from '../../../../src/app/recognise.ts';
import { textResponse } from '../../../../src/http/response.ts';
import { bytesOf, requestFor } from './support.ts';

async function answerOf(exported: Readonly<Record<string, unknown>>): Promise<string> {
  const { application } = await applicationOf(exported, 'app.mjs');
  return String(await bytesOf((await application(requestFor('/'))).body));
}

const ours = () => textResponse(200, 'ours');
const listener = (_: unknown, res: { end(text: string): void }) => res.end('listener');
const fetch = () => new Response('fetch');

test('`application` is ours; a promise of it is awaited', async () => {
  assert.equal(await answerOf({ application: ours, default: listener }), 'ours');
  assert.equal(await answerOf({ application: Promise.resolve(ours) }), 'ours');
});

for (const name of ['default', 'app', 'handler', 'listener']) {
  test(`a function of two parameters exported as \`${name}\` is a listener`, async () => {
    assert.equal(await answerOf({ [name]: listener }), 'listener');
  });
}

test('an object with `fetch`, and a function `fetch`, are fetch handlers', async () => {
  assert.equal(await answerOf({ default: { fetch } }), 'fetch');
  assert.equal(await answerOf({ fetch }), 'fetch');
});

test('what a CommonJS module exports is found in its default', async () => {
  assert.equal(await answerOf({ default: { application: ours } }), 'ours');
});

test('routes, files and close of a made application are taken over', async () => {
  let closed = 0;
  const made = Object.assign(ours.bind(null), { routes: new Set(['tms']), files: ['a.yaml'], close: () => closed++ });
  const { routes, files, close } = await applicationOf({ application: made }, 'app.mjs');
  await close?.();
  assert.deepEqual([routes, files, closed], [new Set(['tms']), ['a.yaml'], 1]);
});

const REFUSED: readonly [title: string, exported: Readonly<Record<string, unknown>>, found: RegExp][] = [
  ['nothing', {}, /found: nothing$/],
  ['other names', { name: 1, other: 2 }, /found: `name`, `other`$/],
  ['a number', { application: 1 }, /found: `application`, number$/],
  ['null', { default: null }, /found: `default`, null$/],
  [
    'a function of one parameter',
    { default: (x: unknown) => x },
    /found: `default`, a function default of 1 parameter$/,
  ],
  ['an object', { app: new Map(Object.entries({})) }, /found: `app`, an object of class Map with nothing$/],
];

for (const [title, exported, found] of REFUSED) {
  test(`${title}: the message tells what was found`, async () => {
    await assert.rejects(applicationOf(exported, 'app.mjs'), (error: Error) => {
      assert.equal(error.name, 'ConfigError');
      assert.match(error.message, /^app\.mjs: exports no function `application`/);
      assert.match(error.message, found);
      return true;
    });
  });
}

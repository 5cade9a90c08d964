import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Operated } from './operated.ts';

test('a request that takes long is told while it does and when it ends, by the id of the web server', async (t) => {
  const server = await Operated.start(t, { slow_request: '100ms' });
  assert.equal((await server.get('/late', { 'X-Request-Id': 'abc-1' })).body, 'late');
  await server.mapgate.says('a slow request has ended: GET /late');
  assert.equal(server.mapgate.count('"requestId":"abc-1"'), 2);
});

test('an id that could forge lines of a log is not taken', async (t) => {
  const server = await Operated.start(t, { slow_request: '100ms' });
  await server.get('/late', { 'X-Request-Id': 'abc" evil' });
  await server.mapgate.says('a slow request has ended');
  assert.doesNotMatch(server.mapgate.log, /evil/);
  assert.match(server.mapgate.log, /"requestId":"[0-9a-f-]{36}"/);
});

test('secrets in URLs reach no line of the log', async (t) => {
  const server = await Operated.start(t);
  assert.equal((await server.get('/fault?apikey=private')).status, 500);
  await server.mapgate.says('fatal error in /fault');
  assert.doesNotMatch(server.mapgate.log, /topsecret|pass@|private/);
  assert.match(server.mapgate.log, /"requestId":/);
});

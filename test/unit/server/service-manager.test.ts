import assert from 'node:assert/strict';
import { test } from 'node:test';
import { takeHandedOver } from '../../../src/server/service-manager.ts';

test('sockets of the service manager are FastCGI, or what their names say', () => {
  const environment = { LISTEN_PID: String(process.pid), LISTEN_FDS: '3', LISTEN_FDNAMES: 'mapgate.socket:http:ajp' };
  const listens = takeHandedOver(environment);
  assert.deepEqual(
    listens.map(({ protocol }) => protocol),
    ['fastcgi', 'http', 'ajp'],
  );
  assert.deepEqual(
    listens.map(({ address }) => address),
    [3, 4, 5].map((fd) => ({ kind: 'fd', fd })),
  );
  assert.deepEqual(environment, {});
});

test('sockets meant for another process are left alone', () => {
  assert.deepEqual(takeHandedOver({ LISTEN_PID: '1', LISTEN_FDS: '1' }), []);
});

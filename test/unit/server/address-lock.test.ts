import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { lockPlace } from '../../../src/server/address-lock.ts';

const isLinux = process.platform === 'linux';

test('the place of a socket has one owner, until it is given up', { skip: !isLinux }, async () => {
  const place = path.join(realpathSync(tmpdir()), `place-${process.pid}`);
  const giveUp = await lockPlace(place);
  await assert.rejects(lockPlace(place), /is in use by a server that is starting or runs/);
  giveUp();
  (await lockPlace(place))();
});

test('its name leaves nothing that releases of Node.js could fill up differently', { skip: !isLinux }, async () => {
  const place = path.join(realpathSync(tmpdir()), `place-${process.pid}`);
  const giveUp = await lockPlace(place);
  const [, filling] = readFileSync('/proc/net/unix', 'latin1').split(
    `@mapgate-${createHash('sha256').update(place).digest('hex')}`,
  );
  giveUp();
  assert.equal(filling?.slice(0, filling.indexOf('\n')), '-'.repeat(35));
});

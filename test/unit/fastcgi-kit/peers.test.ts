import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { allowedPeers, PeerList } from '@mapgate/fastcgi-kit';

const CASES: [entry: string, allowed: string[], refused: string[]][] = [
  ['192.0.2.1', ['192.0.2.1', '::ffff:192.0.2.1', '::FFFF:192.0.2.1'], ['192.0.2.2', '::1']],
  ['192.0.2.0/24', ['192.0.2.0', '192.0.2.255', '::ffff:192.0.2.7'], ['192.0.3.0']],
  ['0.0.0.0/0', ['203.0.113.9', '::ffff:203.0.113.9'], ['2001:db8::1']],
  ['::1', ['::1', '0:0:0:0:0:0:0:1'], ['::2', '127.0.0.1']],
  ['2001:db8::/32', ['2001:db8:ffff::1'], ['2001:db9::1']],
  ['::ffff:192.0.2.1', ['192.0.2.1', '::ffff:192.0.2.1'], ['192.0.2.2']],
  ['::ffff:192.0.2.0/120', ['192.0.2.77'], ['192.0.3.1']],
  ['fe80::1', ['fe80::1%eth0'], ['fe80::2%eth0']],
];

describe('PeerList', () => {
  for (const [entry, allowed, refused] of CASES) {
    test(`${entry} admits ${allowed.join(', ')} and not ${refused.join(', ')}`, () => {
      const list = new PeerList([entry]);
      assert.deepEqual(
        allowed.map((address) => list.allows(address)),
        allowed.map(() => true),
      );
      assert.deepEqual(
        refused.map((address) => list.allows(address)),
        refused.map(() => false),
      );
    });
  }

  for (const wrong of [
    'localhost',
    '',
    '192.0.2.1/33',
    '192.0.2.1/',
    '192.0.2.1/8/8',
    '192.0.2.1/x',
    '::/129',
    '1.2.3',
  ]) {
    test(`'${wrong}' is refused by name`, () => {
      assert.throws(() => new PeerList([wrong]), new RegExp(`'${wrong}'`));
    });
  }

  test('what is no address is not admitted', () => {
    assert.equal(new PeerList(['0.0.0.0/0']).allows('nonsense'), false);
  });
});

describe('allowedPeers', () => {
  test('an allow list counts before the environment', () => {
    const list = allowedPeers(['192.0.2.1'], { FCGI_WEB_SERVER_ADDRS: '192.0.2.2' });
    assert.deepEqual([list?.allows('192.0.2.1'), list?.allows('192.0.2.2')], [true, false]);
  });

  test('FCGI_WEB_SERVER_ADDRS is a list with commas, and blanks around them do no harm', () => {
    const list = allowedPeers(undefined, { FCGI_WEB_SERVER_ADDRS: '192.0.2.1, 192.0.2.2' });
    assert.deepEqual(
      ['192.0.2.1', '192.0.2.2', '192.0.2.3'].map((one) => list?.allows(one)),
      [true, true, false],
    );
  });

  test('neither, or an empty variable, admits all', () => {
    assert.equal(allowedPeers(undefined, {}), null);
    assert.equal(allowedPeers(undefined, { FCGI_WEB_SERVER_ADDRS: ' ' }), null);
  });

  test('an empty allow list admits nobody', () => {
    assert.equal(allowedPeers([])?.allows('127.0.0.1'), false);
  });

  test('a wrong address in FCGI_WEB_SERVER_ADDRS is refused, not skipped', () => {
    assert.throws(() => allowedPeers(undefined, { FCGI_WEB_SERVER_ADDRS: '192.0.2.1,web1' }), /'web1'/);
  });
});

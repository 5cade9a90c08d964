import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BufferParams, encodePairs, indexPairs, ProtocolError } from '@mapgate/fastcgi-kit';
import fc from 'fast-check';
import { pairs } from '../../support/fastcgi-peer.ts';

const anyPairs = fc.array(fc.tuple(fc.uint8Array({ maxLength: 200 }), fc.uint8Array({ maxLength: 200 })), {
  maxLength: 80,
});

function asBuffers(list: readonly (readonly [Uint8Array, Uint8Array])[]): [Buffer, Buffer][] {
  return list.map(([name, value]) => [Buffer.from(name), Buffer.from(value)]);
}

describe('name-value pairs', () => {
  test('what is encoded is decoded to the same bytes in the same order', () => {
    fc.assert(
      fc.property(anyPairs, (list) => {
        const buffers = asBuffers(list);
        assert.deepEqual([...new BufferParams(encodePairs(buffers)).rawEntries()], buffers);
      }),
    );
  });

  test('the encoding is the specification’s at its boundaries', () => {
    for (const size of [0, 1, 127, 128, 255, 256, 65_535, 65_536]) {
      const pair = ['n'.repeat(size), 'v'.repeat(size)] as const;
      assert.deepEqual(encodePairs([pair]), pairs([pair]), `${size}`);
    }
  });

  test('garbage is pairs or a ProtocolError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
        try {
          indexPairs(bytes);
        } catch (error) {
          assert.ok(error instanceof ProtocolError && error.code === 'malformed');
        }
      }),
    );
  });

  test('a stream cut short anywhere but between pairs is refused', () => {
    const first = pairs([['NAME', 'v'.repeat(130)]]);
    const bytes = Buffer.concat([first, pairs([['B', '2']])]);
    for (let at = 1; at < bytes.length; at++) {
      const cut = bytes.subarray(0, at);
      if (at === first.length) assert.equal(indexPairs(cut).length, 3);
      else assert.throws(() => indexPairs(cut), { code: 'malformed' }, `cut at ${at}`);
    }
  });

  test('a length of 2 GiB is refused, not believed', () => {
    assert.throws(() => indexPairs(Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x41])), {
      code: 'malformed',
    });
  });

  test('more pairs than allowed are a matter of limits', () => {
    const bytes = pairs([
      ['A', '1'],
      ['B', '2'],
    ]);
    assert.equal(indexPairs(bytes, 2).length, 6);
    assert.throws(() => indexPairs(bytes, 1), { code: 'limit' });
  });
});

describe('BufferParams', () => {
  test('finds what a plain map finds: the last value of each name', () => {
    const name = fc.constantFrom('A', 'B', 'AB', 'BA', 'ÄÖ', '', 'HTTP_HOST', 'HTTP_POST');
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.string())), name, (list, sought) => {
        const params = new BufferParams(encodePairs(list));
        assert.equal(params.get(sought), new Map(list).get(sought));
        assert.equal(params.has(sought), new Map(list).has(sought));
        assert.deepEqual(
          params.getAll(sought),
          list.filter(([one]) => one === sought).map(([, value]) => value),
        );
        assert.equal(params.size, list.length);
        assert.deepEqual([...params.entries()], list);
      }),
    );
  });

  test('a value that is UTF-8 is read as such, another as Latin-1', () => {
    const params = new BufferParams(
      pairs([
        ['U', 'ü'],
        ['L', Buffer.from([0xfc])],
        ['R', '\ufffd'],
        ['MIXED', Buffer.from([0xc3, 0xbc, 0xfc])],
      ]),
    );
    assert.deepEqual(
      [...params.entries()].map(([, value]) => value),
      ['ü', 'ü', '\ufffd', 'Ã¼ü'],
    );
  });

  test('a name that is not UTF-8 does not answer to its Latin-1 reading', () => {
    const params = new BufferParams(pairs([[Buffer.from([0xfc]), 'v']]));
    assert.equal(params.get('ü'), undefined);
    assert.deepEqual([...params.entries()], [['ü', 'v']]);
  });

  test('empty PARAMS are no pairs', () => {
    const params = new BufferParams(Buffer.alloc(0));
    assert.deepEqual([params.size, params.get('A'), [...params.entries()]], [0, undefined, []]);
  });
});

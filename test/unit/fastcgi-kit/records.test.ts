import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ProtocolError, RecordParser } from '@mapgate/fastcgi-kit';
import fc from 'fast-check';
import { record } from '../../support/fastcgi-peer.ts';

interface Seen {
  readonly type: number;
  readonly id: number;
  readonly content: string;
}

/** Everything that a parser makes of these chunks. */
function parse(chunks: Iterable<Buffer>): Seen[] {
  const seen: Seen[] = [];
  const parser = new RecordParser((type, id, content) => {
    seen.push({ type, id, content: content.toString('latin1') });
    return true;
  });
  for (const chunk of chunks) parser.push(chunk);
  return seen;
}

/** Cuts bytes after the given lengths, over and over. */
function* cut(bytes: Buffer, lengths: readonly number[]): Generator<Buffer> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const length = lengths[i % lengths.length] ?? 1;
    // A copy: a parser that kept a view of a reused chunk would be found out.
    yield Buffer.from(bytes.subarray(at, at + length));
    at += length;
  }
}

const anyRecord = fc.record({
  type: fc.nat(255),
  id: fc.nat(65_535),
  content: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  padding: fc.nat(255),
});

describe('RecordParser', () => {
  test('however a stream of records is cut, the same records come out', () => {
    fc.assert(
      fc.property(
        fc.array(anyRecord, { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 10 }),
        (records, lengths) => {
          const bytes = Buffer.concat(records.map((one) => record(one.type, one.id, one.content, one.padding)));
          const expected = records.map(({ type, id, content }) => ({ type, id, content: content.toString('latin1') }));
          assert.deepEqual(parse(cut(bytes, lengths)), expected);
        },
      ),
    );
  });

  test('garbage ends in a ProtocolError or in nothing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), fc.integer({ min: 1, max: 50 }), (bytes, length) => {
        try {
          parse(cut(Buffer.from(bytes), [length]));
        } catch (error) {
          assert.ok(error instanceof ProtocolError);
          assert.equal(error.code, 'malformed');
        }
      }),
    );
  });

  test('a record that lies whole in a chunk is not copied', () => {
    const chunk = record(5, 1, 'content', 3);
    let found: Buffer | undefined;
    const parser = new RecordParser((_type, _id, content) => {
      found = content;
      return true;
    });
    parser.push(chunk);
    assert.equal(found?.buffer, chunk.buffer);
    assert.equal(found?.byteOffset, chunk.byteOffset + 8);
  });

  test('a header that declares 65 535 bytes buys no memory before they come', () => {
    const parser = new RecordParser(() => true);
    parser.push(record(5, 1, Buffer.alloc(65_535), 255).subarray(0, 16));
    assert.equal(parser.heldBytes, 16);
    assert.ok(parser.allocatedBytes <= 64);
  });

  test('a long record in small pieces is copied a few times, not once per piece', () => {
    const bytes = record(5, 1, Buffer.alloc(65_535));
    const parser = new RecordParser(() => true);
    const sizes = new Set<number>();
    for (const piece of cut(bytes, [16])) {
      parser.push(piece);
      sizes.add(parser.allocatedBytes);
    }
    assert.ok(sizes.size < 15, `${sizes.size} buffers`);
    assert.equal(parser.allocatedBytes, 0);
  });

  test('a sink that says stop sees no more of the chunk', () => {
    let seen = 0;
    const parser = new RecordParser(() => {
      seen++;
      return false;
    });
    parser.push(Buffer.concat([record(1, 1), record(1, 2)]));
    assert.equal(seen, 1);
  });
});

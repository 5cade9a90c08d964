import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  encodeAnswer,
  encodeRecord,
  encodeStream,
  ProtocolStatus,
  RecordParser,
  RecordType,
} from '@mapgate/fastcgi-kit';
import fc from 'fast-check';

interface Written {
  readonly type: number;
  readonly content: Buffer;
}

function read(bytes: Buffer): Written[] {
  const records: Written[] = [];
  const parser = new RecordParser((type, _id, content) => {
    records.push({ type, content: Buffer.from(content) });
    return true;
  });
  parser.push(bytes);
  assert.equal(parser.heldBytes, 0, 'the last record is whole');
  return records;
}

function contentOf(records: readonly Written[]): Buffer {
  return Buffer.concat(records.filter(({ type }) => type === RecordType.STDOUT).map(({ content }) => content));
}

const SIZES = [0, 1, 7, 8, 127, 128, 32_767, 32_768, 32_769, 65_527, 65_528, 65_529, 65_535, 65_536, 66_000, 200_001];

describe('written records', () => {
  test('a record is its header, its content and zeros up to a multiple of 8', () => {
    assert.deepEqual(
      encodeRecord(RecordType.STDOUT, 0x0102, Buffer.from('abc')),
      Buffer.from([1, 6, 1, 2, 0, 3, 5, 0, 0x61, 0x62, 0x63, 0, 0, 0, 0, 0]),
    );
  });

  test('content of more than 65 535 bytes is refused', () => {
    assert.equal(encodeRecord(RecordType.STDOUT, 1, Buffer.alloc(65_535)).length, 65_544);
    assert.throws(() => encodeRecord(RecordType.STDOUT, 1, Buffer.alloc(65_536)), RangeError);
  });

  test('a stream of no bytes is no record, for an empty one would close it', () => {
    assert.deepEqual(encodeStream(RecordType.STDOUT, 1, Buffer.alloc(0)), []);
  });

  for (const size of SIZES) {
    test(`a stream of ${size} bytes is split and put together again, and every record is aligned`, () => {
      const data = Buffer.alloc(size, 'data of a stream');
      const bytes = Buffer.concat(encodeStream(RecordType.STDOUT, 1, data));
      assert.deepEqual(contentOf(read(bytes)), data);
      assert.equal(bytes.length % 8, 0);
    });

    test(`an answer of ${size} bytes is STDOUT records, their closing one and END_REQUEST`, () => {
      const body = Buffer.alloc(size, 'body of an answer');
      const records = read(Buffer.concat(encodeAnswer(1, 'head\r\n\r\n', body, 2)));
      assert.deepEqual(contentOf(records), Buffer.concat([Buffer.from('head\r\n\r\n'), body]));
      const [closing, end] = records.slice(-2);
      assert.deepEqual([closing?.type, closing?.content.length], [RecordType.STDOUT, 0]);
      assert.equal(end?.type, RecordType.END_REQUEST);
      assert.deepEqual(end?.content, Buffer.from([0, 0, 0, 2, ProtocolStatus.REQUEST_COMPLETE, 0, 0, 0]));
      assert.equal(records.filter(({ content }) => content.length === 0).length, 1, 'one record closes the stream');
    });
  }

  test('an answer of 32 KiB is one buffer, a longer one holds its body uncopied', () => {
    assert.equal(encodeAnswer(1, '', Buffer.alloc(32 * 1024), 0).length, 1);
    const body = Buffer.alloc(40_000);
    assert.ok(encodeAnswer(1, 'head', body, 0).includes(body));
  });

  test('any head and body come out as they went in', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (head, body) => {
        const records = read(Buffer.concat(encodeAnswer(9, head, body, 0)));
        assert.deepEqual(contentOf(records), Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(body, 'utf8')]));
      }),
    );
  });
});

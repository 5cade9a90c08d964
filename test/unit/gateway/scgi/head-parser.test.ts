import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProtocolError } from '@mapgate/fastcgi-kit';
import fc from 'fast-check';
import { type ScgiHead, ScgiHeadParser } from '../../../../src/gateway/scgi/head-parser.ts';
import { scgiHead } from '../../../support/clients/scgi.ts';
import { mutationsOf, piecesOf } from '../../../support/mutations.ts';

const LIMITS = { bytes: 1000, pairs: 20 };

/** The example of the protocol's specification, section 4, with the first bytes of its body. */
const EXAMPLE = Buffer.from(
  '70:CONTENT_LENGTH\x0027\0SCGI\x001\0REQUEST_METHOD\0POST\0REQUEST_URI\0/deepthought\0,What is the answer to life?',
);

function parse(chunks: readonly Buffer[], limits = LIMITS): { head: ScgiHead; rest: string } | undefined {
  const parser = new ScgiHeadParser(limits);
  for (const [index, chunk] of chunks.entries()) {
    const parsed = parser.push(chunk);
    if (parsed !== undefined) {
      return { head: parsed.head, rest: Buffer.concat([parsed.rest, ...chunks.slice(index + 1)]).toString() };
    }
  }
  return undefined;
}

function netstring(content: string): Buffer {
  return Buffer.from(`${Buffer.byteLength(content)}:${content},`);
}

describe('the head of an SCGI request', () => {
  it('is read as the specification shows it, cut at every place', () => {
    for (let cut = 0; cut <= EXAMPLE.length; cut++) {
      const parsed = parse([EXAMPLE.subarray(0, cut), EXAMPLE.subarray(cut)]);
      assert.equal(parsed?.head.contentLength, 27);
      assert.equal(parsed?.head.variables.get('REQUEST_URI'), '/deepthought');
      assert.equal(parsed?.rest, 'What is the answer to life?');
    }
  });

  it('is read byte by byte', () => {
    const parsed = parse(Array.from(EXAMPLE, (_, index) => EXAMPLE.subarray(index, index + 1)));
    assert.equal(parsed?.head.variables.get('REQUEST_METHOD'), 'POST');
  });

  it('reads values as UTF-8, else as Latin-1; of a name that comes twice the last value counts', () => {
    const content = Buffer.concat([
      Buffer.from('CONTENT_LENGTH\x000\0SCGI\x001\0A\0first\0A\0last\0B\0Köln\0C\0'),
      Buffer.from('Köln\0', 'latin1'),
    ]);
    const parsed = parse([Buffer.concat([Buffer.from(`${content.length}:`), content, Buffer.from(',')])]);
    const { variables } = parsed?.head ?? {};
    assert.deepEqual([variables?.get('A'), variables?.get('B'), variables?.get('C')], ['last', 'Köln', 'Köln']);
  });

  const refused: [title: string, bytes: Buffer, code: ProtocolError['code']][] = [
    ['no length', Buffer.from(':abc,'), 'malformed'],
    ['a length that is no number', Buffer.from('GET / HTTP/1.1'), 'malformed'],
    ['a length that begins with zero', Buffer.from('012:'), 'malformed'],
    ['a length that does not end', Buffer.from('12345678901'), 'malformed'],
    ['a declared length above the limit, before any of it is there', Buffer.from('1001:'), 'limit'],
    ['more variables than the limit', netstring(`CONTENT_LENGTH\x000\0SCGI\x001\0${'a\0b\0'.repeat(19)}`), 'limit'],
    ['no comma', Buffer.from('4:a\0b\0;'), 'malformed'],
    ['a name without a value', netstring('CONTENT_LENGTH\x000\0SCGI\0'), 'malformed'],
    ['a value without an end', netstring('CONTENT_LENGTH\x000\0SCGI\x001'), 'malformed'],
    ['CONTENT_LENGTH not first', netstring('SCGI\x001\0CONTENT_LENGTH\x000\0'), 'malformed'],
    [
      'CONTENT_LENGTH twice with other values',
      netstring('CONTENT_LENGTH\x000\0SCGI\x001\0CONTENT_LENGTH\x005\0'),
      'malformed',
    ],
    ['CONTENT_LENGTH empty', netstring('CONTENT_LENGTH\0\0SCGI\x001\0'), 'malformed'],
    ['CONTENT_LENGTH negative', netstring('CONTENT_LENGTH\x00-1\0SCGI\x001\0'), 'malformed'],
    ['CONTENT_LENGTH beyond counting', netstring('CONTENT_LENGTH\x009007199254740993\0SCGI\x001\0'), 'malformed'],
    ['no SCGI', netstring('CONTENT_LENGTH\x000\0'), 'malformed'],
    ['another version of SCGI', netstring('CONTENT_LENGTH\x000\0SCGI\x002\0'), 'malformed'],
    ['nothing at all', netstring(''), 'malformed'],
  ];
  for (const [title, bytes, code] of refused) {
    it(`is refused: ${title}`, () => assert.throws(() => parse([bytes]), { name: 'ProtocolError', code }));
  }

  /** What comes of bytes: a head, a wait for more, or the code of a ProtocolError; anything else is thrown. */
  const outcome = (chunks: readonly Buffer[]): unknown => {
    try {
      const parsed = parse(chunks);
      return parsed && { ...parsed.head, variables: [...parsed.head.variables], rest: parsed.rest };
    } catch (error) {
      assert.ok(error instanceof ProtocolError, String(error));
      return error.code;
    }
  };

  it('ends in a head, a wait for more or a ProtocolError, whatever comes', () => {
    fc.assert(
      fc.property(mutationsOf(EXAMPLE), (bytes) => void outcome([bytes])),
      { numRuns: 1_000 },
    );
  });

  it('ends in the same however it is cut, whatever comes', () => {
    fc.assert(
      fc.property(mutationsOf(EXAMPLE), fc.array(fc.nat(), { maxLength: 5 }), (bytes, cuts) => {
        const whole = outcome([bytes]);
        assert.deepEqual(outcome(piecesOf(bytes, cuts)), whole);
        for (let cut = 0; cut <= bytes.length; cut++) {
          assert.deepEqual(outcome([bytes.subarray(0, cut), bytes.subarray(cut)]), whole);
        }
      }),
    );
  });

  it('is read as it was written, whatever the variables', () => {
    const word = fc.stringMatching(/^[^\0]{1,20}$/);
    const variables = fc.dictionary(word, word, { maxKeys: 8, noNullPrototype: true });
    fc.assert(
      fc.property(variables, fc.nat(2 ** 40), (given, length) => {
        const wanted = { ...given, SCGI: '1', CONTENT_LENGTH: String(length) };
        const parsed = parse([scgiHead(given, length)], { bytes: 10_000, pairs: 20 });
        assert.deepEqual(Object.fromEntries(parsed?.head.variables ?? []), wanted);
        assert.equal(parsed?.head.contentLength, length);
      }),
    );
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProtocolError } from '@mapgate/fastcgi-kit';
import fc from 'fast-check';
import { type ForwardRequest, readForwardRequest } from '../../../../src/gateway/ajp/forward-request.ts';
import { PacketParser } from '../../../../src/gateway/ajp/packet-parser.ts';
import { PayloadReader } from '../../../../src/gateway/ajp/payload-reader.ts';
import { getBodyChunk, sendBody, sendHeaders } from '../../../../src/gateway/ajp/write-packets.ts';
import { Response } from '../../../../src/http/response.ts';
import {
  attribute,
  bodyPacket,
  CPING,
  type Forward,
  forwardRequest,
  integer,
  string,
} from '../../../support/clients/ajp-packets.ts';
import { mutationsOf, piecesOf } from '../../../support/mutations.ts';

function payloads(...chunks: readonly Buffer[]): Buffer[] {
  const found: Buffer[] = [];
  const parser = new PacketParser(8192, (payload) => found.push(payload));
  for (const chunk of chunks) parser.push(chunk);
  return found;
}

/** What a FORWARD_REQUEST is read as. */
function read(bytes: Buffer): ForwardRequest {
  const reader = new PayloadReader(bytes.subarray(4));
  assert.equal(reader.byte(), 2);
  return readForwardRequest(reader);
}

describe('AJP packets', () => {
  it('are found in pieces of any size', () => {
    const bytes = Buffer.concat([CPING, forwardRequest({ uri: '/a' }), bodyPacket(Buffer.from('abc')), CPING]);
    const whole = payloads(bytes);
    assert.equal(whole.length, 4);
    for (let cut = 0; cut <= bytes.length; cut++) {
      assert.deepEqual(payloads(bytes.subarray(0, cut), bytes.subarray(cut)), whole);
    }
    assert.deepEqual(payloads(...Array.from(bytes, (_, index) => bytes.subarray(index, index + 1))), whole);
  });

  it('with another magic number are refused', () => {
    assert.throws(() => payloads(Buffer.from('GET / HTTP/1.1\r\n')), { name: 'ProtocolError', code: 'malformed' });
  });

  it('longer than agreed are refused as soon as they say so', () => {
    assert.throws(() => payloads(Buffer.of(0x12, 0x34, 0x1f, 0xfd)), { name: 'ProtocolError', code: 'limit' });
    assert.deepEqual(payloads(Buffer.of(0x12, 0x34, 0x1f, 0xfc)), []);
  });

  const REQUESTS = Buffer.concat([
    CPING,
    forwardRequest({
      method: 'REPORT',
      headers: { Host: 'a', 'X-Long': 'b'.repeat(40) },
      attributes: [attribute(5, 'a=b')],
    }),
    bodyPacket(Buffer.from('abc')),
    bodyPacket(Buffer.alloc(0)),
  ]);

  /** The payloads, and the code of the ProtocolError that ended them; anything else is thrown. */
  const outcome = (chunks: readonly Buffer[]): unknown[] => {
    const found: unknown[] = [];
    const parser = new PacketParser(8192, (payload) => found.push(payload.toString('hex')));
    try {
      for (const chunk of chunks) parser.push(chunk);
    } catch (error) {
      assert.ok(error instanceof ProtocolError, String(error));
      found.push(error.code);
    }
    return found;
  };

  it('end in the same payloads or ProtocolError however they are cut, whatever comes', () => {
    fc.assert(
      fc.property(mutationsOf(REQUESTS), fc.array(fc.nat(), { maxLength: 5 }), (bytes, cuts) => {
        const whole = outcome([bytes]);
        assert.deepEqual(outcome(piecesOf(bytes, cuts)), whole);
        for (let cut = 0; cut <= bytes.length; cut++) {
          assert.deepEqual(outcome([bytes.subarray(0, cut), bytes.subarray(cut)]), whole);
        }
      }),
    );
  });

  it('hold a request or end in a ProtocolError, whatever is in them', () => {
    const request = forwardRequest({
      headers: { Host: 'a', Cookie: 'b', 'content-length': '5' },
      attributes: [attribute(5, 'a=b'), attribute(0x0a, 'name', 'value'), attribute(0x0c, 'word')],
    });
    fc.assert(
      fc.property(mutationsOf(request.subarray(5)), (payload) => {
        try {
          const { variables, contentLength } = readForwardRequest(new PayloadReader(payload));
          assert.ok(variables.has('REQUEST_METHOD'));
          assert.ok(contentLength === null || Number.isSafeInteger(contentLength));
        } catch (error) {
          assert.ok(error instanceof ProtocolError, String(error));
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('FORWARD_REQUEST', () => {
  const variable = (forward: Forward, name: string) => read(forwardRequest(forward)).variables.get(name);

  it('becomes CGI variables', () => {
    const { variables, contentLength, secret } = read(
      forwardRequest({
        method: 'POST',
        uri: '/m/two%20words',
        isSsl: true,
        headers: { Host: 'a.example', 'content-length': '5', 'X-Forwarded-Proto': 'https' },
        attributes: [
          ...[attribute(0x05, 'a=b'), attribute(0x03, 'anna'), attribute(0x04, 'Basic'), attribute(0x0c, 'word')],
          ...[attribute(0x0a, 'AJP_REMOTE_PORT', '1234'), attribute(0x0a, 'STAGE', 'test'), attribute(0x06, 'route')],
          ...[attribute(0x08, 'TLS_AES'), Buffer.concat([Buffer.of(0x0b), integer(256)])],
        ],
      }),
    );
    assert.deepEqual(Object.fromEntries(variables), {
      ...{ SERVER_PROTOCOL: 'HTTP/1.1', REMOTE_ADDR: '192.0.2.7', SERVER_NAME: 'maps.example', SERVER_PORT: '80' },
      ...{ HTTPS: 'on', HTTP_HOST: 'a.example', CONTENT_LENGTH: '5', HTTP_X_FORWARDED_PROTO: 'https' },
      ...{ QUERY_STRING: 'a=b', REMOTE_USER: 'anna', AUTH_TYPE: 'Basic', REMOTE_PORT: '1234', STAGE: 'test' },
      ...{
        SSL_CIPHER: 'TLS_AES',
        SSL_CIPHER_USEKEYSIZE: '256',
        REQUEST_METHOD: 'POST',
        REQUEST_URI: '/m/two%20words?a=b',
      },
    });
    assert.deepEqual([contentLength, secret], [5, 'word']);
  });

  it('names methods without a number in an attribute', () => {
    assert.equal(variable({ method: 'PATCH' }, 'REQUEST_METHOD'), 'PATCH');
  });

  it('joins headers that come twice, cookies with a semicolon', () => {
    assert.equal(variable({ headers: { 'X-A': '1', 'x-a': '2' } }, 'HTTP_X_A'), '1, 2');
    assert.equal(variable({ headers: { Cookie: 'a=1', cookie: 'b=2' } }, 'HTTP_COOKIE'), 'a=1; b=2');
  });

  it('leaves out headers that would pose as another once they are variables', () => {
    assert.equal(variable({ headers: { X_Script_Name: '/bad' } }, 'HTTP_X_SCRIPT_NAME'), undefined);
  });

  it('lets attributes replace no variable and pose as no header', () => {
    assert.equal(variable({ attributes: [attribute(0x0a, 'REMOTE_ADDR', '10.0.0.1')] }, 'REMOTE_ADDR'), '192.0.2.7');
    assert.equal(
      variable({ attributes: [attribute(0x0a, 'HTTP_X_SCRIPT_NAME', '/bad')] }, 'HTTP_X_SCRIPT_NAME'),
      undefined,
    );
  });

  it('without content-length has a body of unknown length', () => {
    assert.equal(read(forwardRequest({})).contentLength, null);
  });

  const refused: [title: string, bytes: Buffer][] = [
    ['an unknown attribute code', forwardRequest({ attributes: [attribute(0x0e, 'x')] })],
    [
      'an unknown method code',
      Buffer.concat([forwardRequest({}).subarray(0, 5), Buffer.of(28), forwardRequest({}).subarray(6)]),
    ],
    [
      'content-length twice with other values',
      forwardRequest({ headers: { 'content-length': '1', 'Content-Length': '2' } }),
    ],
    ['a content-length that is no number', forwardRequest({ headers: { 'content-length': '-1' } })],
    ['no end of the attributes', forwardRequest({}).subarray(0, -1)],
    ['a string beyond the packet', Buffer.concat([Buffer.of(0x12, 0x34, 0, 9, 2, 2, 0, 200), Buffer.from('HTTP/')])],
    ['a string without its zero', Buffer.concat([Buffer.of(0x12, 0x34, 0, 6, 2, 2, 0, 1), Buffer.from('ab')])],
  ];
  for (const [title, bytes] of refused) {
    it(`is refused: ${title}`, () => assert.throws(() => read(bytes), { name: 'ProtocolError', code: 'malformed' }));
  }

  it('is refused with an unknown header code', () => {
    const bytes = forwardRequest({ headers: { Host: 'a' } });
    bytes[bytes.indexOf(Buffer.of(0xa0, 0x0b)) + 1] = 0x0f;
    assert.throws(() => read(bytes), /unknown header code 0xa00f/);
  });
});

describe('packets to the web server', () => {
  it('SEND_HEADERS has numbers for the usual names', () => {
    const payload = Buffer.concat([
      ...[Buffer.of(4), integer(200), string('OK'), integer(3), Buffer.of(0xa0, 0x01), string('image/png')],
      ...[string('X-A'), string('1'), Buffer.of(0xa0, 0x03), string('3')],
    ]);
    const response = new Response(200, { 'Content-Type': 'image/png', 'X-A': '1' }, 'abc');
    assert.deepEqual(sendHeaders(response, 8192), Buffer.concat([Buffer.from('AB'), integer(payload.length), payload]));
  });

  it('SEND_HEADERS that does not fit a packet is refused', () => {
    assert.throws(() => sendHeaders(new Response(200, { 'X-A': 'a'.repeat(8192) }, null), 8192), TypeError);
  });

  for (const packetSize of [8192, 65_536]) {
    it(`SEND_BODY_CHUNK fills packets of ${packetSize} bytes and no more`, () => {
      const data = Buffer.alloc(packetSize * 2, 'abcdefg');
      const bytes = Buffer.concat(sendBody(data, packetSize));
      const found: Buffer[] = [];
      for (let at = 0; at < bytes.length; ) {
        const length = bytes.readUInt16BE(at + 2) + 4;
        assert.ok(length <= packetSize);
        const piece = bytes.readUInt16BE(at + 5);
        assert.deepEqual([bytes[at + 4], bytes[at + length - 1], piece], [3, 0, length - 8]);
        found.push(bytes.subarray(at + 7, at + 7 + piece));
        at += length;
      }
      assert.deepEqual(Buffer.concat(found), data);
      assert.equal(found[0]?.length, packetSize - 8);
    });
  }

  it('GET_BODY_CHUNK asks for what a packet can carry', () => {
    assert.deepEqual(getBodyChunk(8192), Buffer.concat([Buffer.from('AB'), integer(3), Buffer.of(6), integer(8186)]));
  });
});

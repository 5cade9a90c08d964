import type { Response } from '../../http/response.ts';
import { eachField, reasonOf, statusOf } from '../head.ts';
import { CODED_NAME, PACKET_HEADER, RESPONSE_HEADERS, RESPONSE_MAGIC, Reply } from './codes.ts';

/** Bytes of SEND_BODY_CHUNK around its data: header, prefix, length, closing zero. */
const CHUNK_OVERHEAD = PACKET_HEADER + 1 + 2 + 1;

/** Bytes of a body packet to us around its data: header, length. */
const BODY_OVERHEAD = PACKET_HEADER + 2;

const ZERO = Buffer.alloc(1);

function packet(payload: readonly number[]): Buffer {
  return Buffer.concat([packetHeader(payload.length), Buffer.from(payload)]);
}

function packetHeader(payloadBytes: number): Buffer {
  return integers(RESPONSE_MAGIC, payloadBytes);
}

function integers(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  for (const [index, value] of values.entries()) bytes.writeUInt16BE(value, index * 2);
  return bytes;
}

function string(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  return Buffer.concat([integers(bytes.length), bytes, ZERO]);
}

export const CPONG = packet([Reply.CPONG_REPLY]);

/** Asks the web server to pass on what it has buffered: a chunk without data. */
export const FLUSH = packet([Reply.SEND_BODY_CHUNK, 0, 0, 0]);

/** @param reuse whether the connection stays open for further requests */
export function endResponse(reuse: boolean): Buffer {
  return packet([Reply.END_RESPONSE, reuse ? 1 : 0]);
}

/** Asks for the next piece of the body, as large as a packet can carry. */
export function getBodyChunk(packetSize: number): Buffer {
  const most = packetSize - BODY_OVERHEAD;
  return packet([Reply.GET_BODY_CHUNK, most >> 8, most & 0xff]);
}

const NAME_CODES = new Map(RESPONSE_HEADERS.map((name, index) => [name, integers((CODED_NAME << 8) | (index + 1))]));

/**
 * SEND_HEADERS.
 *
 * @throws TypeError for a head that would break the packet or does not fit one
 */
export function sendHeaders(response: Response, packetSize: number): Buffer {
  const status = statusOf(response);
  const fields: Buffer[] = [];
  let count = 0;
  eachField(response, (name, value) => {
    fields.push(NAME_CODES.get(name.toLowerCase()) ?? string(name), string(value));
    count++;
  });
  const payload = [
    Buffer.of(Reply.SEND_HEADERS),
    integers(status),
    string(reasonOf(status)),
    integers(count),
    ...fields,
  ];
  const bytes = payload.reduce((sum, part) => sum + part.length, 0);
  if (bytes + PACKET_HEADER > packetSize) {
    throw new TypeError(`header fields of ${bytes} bytes do not fit a packet of ${packetSize}`);
  }
  return Buffer.concat([packetHeader(bytes), ...payload]);
}

/** Data as SEND_BODY_CHUNK packets, none for none. The data are not copied. */
export function sendBody(data: Uint8Array, packetSize: number): Uint8Array[] {
  const most = packetSize - CHUNK_OVERHEAD;
  const parts: Uint8Array[] = [];
  for (let start = 0; start < data.length; start += most) {
    const piece = data.subarray(start, start + most);
    const head = Buffer.alloc(CHUNK_OVERHEAD - 1);
    head.writeUInt16BE(RESPONSE_MAGIC, 0);
    head.writeUInt16BE(piece.length + CHUNK_OVERHEAD - PACKET_HEADER, 2);
    head.writeUInt8(Reply.SEND_BODY_CHUNK, PACKET_HEADER);
    head.writeUInt16BE(piece.length, PACKET_HEADER + 1);
    parts.push(head, piece, ZERO);
  }
  return parts;
}

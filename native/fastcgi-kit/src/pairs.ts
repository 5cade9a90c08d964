import { ProtocolError } from './errors.ts';

/** A length of up to 127 takes one byte, a longer one four with the high bit set (section 3.4). */
const SHORT_LENGTH_MAX = 127;
const LONG_LENGTH_MAX = 0x7fff_ffff;

/**
 * Where the pairs of a name-value stream lie: for pair i, the offsets of its name's start, its name's end (where the
 * value starts) and its value's end are at 3i, 3i + 1 and 3i + 2.
 */
export type PairIndex = Uint32Array;

export const OFFSETS_PER_PAIR = 3;

/** A web server sends 20 to 40 pairs. */
const EXPECTED_PAIRS = 48;

/**
 * Finds the pairs in a whole name-value stream (section 3.4).
 * @throws ProtocolError `malformed` when a pair is cut short, `limit` when there are more than `maxPairs`.
 */
export function indexPairs(bytes: Uint8Array, maxPairs = Number.POSITIVE_INFINITY): PairIndex {
  const size = bytes.length;
  let index = new Uint32Array(EXPECTED_PAIRS * OFFSETS_PER_PAIR);
  let used = 0;
  let offset = 0;
  while (offset < size) {
    if (used / OFFSETS_PER_PAIR >= maxPairs) throw new ProtocolError('limit', `more than ${maxPairs} name-value pairs`);
    let nameLength = bytes[offset++] ?? 0;
    if (nameLength > SHORT_LENGTH_MAX) {
      nameLength = longLength(bytes, offset, nameLength);
      offset += 3;
    }
    if (offset >= size) throw cutShort();
    let valueLength = bytes[offset++] ?? 0;
    if (valueLength > SHORT_LENGTH_MAX) {
      valueLength = longLength(bytes, offset, valueLength);
      offset += 3;
    }
    const nameEnd = offset + nameLength;
    const valueEnd = nameEnd + valueLength;
    if (valueEnd > size) throw cutShort();
    if (used === index.length) {
      const larger = new Uint32Array(used * 2);
      larger.set(index);
      index = larger;
    }
    index[used++] = offset;
    index[used++] = nameEnd;
    index[used++] = valueEnd;
    offset = valueEnd;
  }
  return index.subarray(0, used);
}

function longLength(bytes: Uint8Array, offset: number, first: number): number {
  const [a, b, c] = [bytes[offset], bytes[offset + 1], bytes[offset + 2]];
  if (a === undefined || b === undefined || c === undefined) throw cutShort();
  return (first & 0x7f) * 0x100_0000 + (a << 16) + (b << 8) + c;
}

function cutShort(): ProtocolError {
  return new ProtocolError('malformed', 'a name-value pair is cut short');
}

/** Names and values: bytes, or text that is sent as UTF-8. */
export type PairsInput = Iterable<readonly [name: string | Uint8Array, value: string | Uint8Array]>;

/**
 * Encodes a name-value stream (section 3.4), in the order given.
 * @throws RangeError when a name or value is longer than a length field can say.
 */
export function encodePairs(pairs: PairsInput): Buffer {
  const parts: Uint8Array[] = [];
  for (const [name, value] of pairs) {
    const nameBytes = toBytes(name);
    const valueBytes = toBytes(value);
    parts.push(encodeLength(nameBytes.length), encodeLength(valueBytes.length), nameBytes, valueBytes);
  }
  return Buffer.concat(parts);
}

function toBytes(text: string | Uint8Array): Uint8Array {
  return typeof text === 'string' ? Buffer.from(text, 'utf8') : text;
}

function encodeLength(length: number): Uint8Array {
  if (length <= SHORT_LENGTH_MAX) return Uint8Array.of(length);
  if (length > LONG_LENGTH_MAX) throw new RangeError(`a name or value of ${length} bytes has no encoding`);
  return Uint8Array.of((length >>> 24) | 0x80, length >>> 16, length >>> 8, length);
}

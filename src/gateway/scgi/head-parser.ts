import { ProtocolError } from '@mapgate/fastcgi-kit';
import { textOf } from '../text.ts';

/** The head of an SCGI request: its variables, and what its first one says. */
export interface ScgiHead {
  readonly variables: ReadonlyMap<string, string>;
  /** Bytes of the body, which follows the head at once. */
  readonly contentLength: number;
}

export interface ScgiHeadLimits {
  /** Bytes between the colon and the comma of the netstring. */
  readonly bytes: number;
  readonly pairs: number;
}

const COLON = 0x3a;
const COMMA = 0x2c;
const NUL = 0;

/** Digits of a netstring's length that are read before it is taken for something else: a gigabyte has ten. */
const LENGTH_DIGITS = 10;
const LENGTH = /^(?:0|[1-9]\d*)$/;

/**
 * Reads the head of an SCGI request from pieces of any size: a netstring (`70:...,`) of names and values that each end
 * with NUL, CONTENT_LENGTH first, SCGI=1 among them (the protocol's specification, sections 2 and 3).
 */
export class ScgiHeadParser {
  readonly #limits: ScgiHeadLimits;
  #length = '';
  /** Bytes of the netstring with its comma; unknown until the colon is there. */
  #size: number | undefined;
  #chunks: Buffer[] = [];
  #held = 0;

  constructor(limits: ScgiHeadLimits) {
    this.#limits = limits;
  }

  /**
   * Takes a piece. Returns the head and the bytes behind it once the head is whole, undefined before.
   *
   * @throws ProtocolError `malformed`, or `limit` as soon as the declared length tells it
   */
  push(chunk: Buffer): { head: ScgiHead; rest: Buffer } | undefined {
    let start = 0;
    if (this.#size === undefined) {
      start = this.#readLength(chunk);
      if (this.#size === undefined) return undefined;
    }
    const end = start + this.#size - this.#held;
    const piece = chunk.subarray(start, end);
    this.#chunks.push(piece);
    this.#held += piece.length;
    if (this.#held < this.#size) return undefined;
    const [first] = this.#chunks;
    const netstring = first !== undefined && this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks);
    this.#chunks = [];
    return { head: readHead(netstring, this.#limits.pairs), rest: chunk.subarray(end) };
  }

  /** Returns where the content begins, if it does. */
  #readLength(chunk: Buffer): number {
    const colon = chunk.indexOf(COLON);
    this.#length += chunk.toString('latin1', 0, Math.min(colon === -1 ? chunk.length : colon, LENGTH_DIGITS + 1));
    if (this.#length.length > LENGTH_DIGITS || !(LENGTH.test(this.#length) || (this.#length === '' && colon === -1))) {
      throw new ProtocolError('malformed', 'the request does not begin with the length of a netstring');
    }
    if (colon === -1) return chunk.length;
    const length = Number(this.#length);
    const { bytes } = this.#limits;
    if (length > bytes) throw new ProtocolError('limit', `a head of ${length} bytes; at most ${bytes} are taken`);
    this.#size = length + 1;
    return colon + 1;
  }
}

/** @param netstring the content and its comma */
function readHead(netstring: Buffer, mostPairs: number): ScgiHead {
  const end = netstring.length - 1;
  if (netstring[end] !== COMMA) throw new ProtocolError('malformed', 'the netstring of the head ends without a comma');
  const variables = new Map<string, string>();
  let contentLength: string | undefined;
  let pairs = 0;
  for (let at = 0; at < end; ) {
    const nameEnd = endOfWord(netstring, at, end);
    const valueEnd = endOfWord(netstring, nameEnd + 1, end);
    const name = textOf(netstring.subarray(at, nameEnd));
    const value = textOf(netstring.subarray(nameEnd + 1, valueEnd));
    if (name === CONTENT_LENGTH) {
      if (contentLength !== undefined && contentLength !== value) {
        throw new ProtocolError('malformed', `${CONTENT_LENGTH} is there twice and differs`);
      }
      contentLength = value;
    }
    if (pairs === 0 && name !== CONTENT_LENGTH) {
      throw new ProtocolError('malformed', `the first variable is not ${CONTENT_LENGTH}`);
    }
    if (++pairs > mostPairs) throw new ProtocolError('limit', `more than ${mostPairs} variables`);
    variables.set(name, value);
    at = valueEnd + 1;
  }
  if (contentLength === undefined || !LENGTH.test(contentLength) || !Number.isSafeInteger(Number(contentLength))) {
    throw new ProtocolError('malformed', `${CONTENT_LENGTH} is not a number of bytes`);
  }
  if (variables.get('SCGI') !== '1') throw new ProtocolError('malformed', 'the variable SCGI is not 1');
  return { variables, contentLength: Number(contentLength) };
}

const CONTENT_LENGTH = 'CONTENT_LENGTH';

function endOfWord(netstring: Buffer, start: number, end: number): number {
  const at = netstring.indexOf(NUL, start);
  if (at === -1 || at >= end) throw new ProtocolError('malformed', 'a name or value of the head has no end');
  return at;
}

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { RESPONSE_HEADERS } from '../../../src/gateway/ajp/codes.ts';
import type { ClientAddress } from './client.ts';

/** A message to the web server. */
export type AjpMessage =
  | { readonly type: 'headers'; readonly status: number; readonly reason: string; readonly headers: [string, string][] }
  | { readonly type: 'chunk'; readonly data: Buffer }
  | { readonly type: 'get-body'; readonly bytes: number }
  | { readonly type: 'end'; readonly reuse: boolean }
  | { readonly type: 'cpong' };

/** The web server's end of an AJP connection: bytes out, messages in. */
export class AjpPeer {
  readonly socket: Socket;
  readonly #bytes: AsyncIterator<Buffer>;
  #held = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.socket = socket;
    this.#bytes = socket[Symbol.asyncIterator]();
  }

  static async connect(address: ClientAddress): Promise<AjpPeer> {
    const socket = connect({ ...address, noDelay: true });
    await once(socket, 'connect');
    return new AjpPeer(socket);
  }

  /** The next message; undefined when the connection is closed. @throws Error when it is closed within a message */
  async next(): Promise<AjpMessage | undefined> {
    if (!(await this.#hold(4))) return undefined;
    if (this.#held.toString('latin1', 0, 2) !== 'AB') throw new Error('a packet does not begin with AB');
    const end = 4 + this.#held.readUInt16BE(2);
    if (!(await this.#hold(end))) throw new Error('closed within a packet');
    const payload = this.#held.subarray(4, end);
    this.#held = this.#held.subarray(end);
    return readMessage(payload);
  }

  async #hold(bytes: number): Promise<boolean> {
    while (this.#held.length < bytes) {
      const { value, done } = await this.#bytes.next();
      if (done === true) return false;
      this.#held = Buffer.concat([this.#held, value]);
    }
    return true;
  }
}

function readMessage(payload: Buffer): AjpMessage {
  switch (payload[0]) {
    case 3:
      return { type: 'chunk', data: payload.subarray(3, 3 + payload.readUInt16BE(1)) };
    case 4:
      return readHeaders(payload);
    case 5:
      return { type: 'end', reuse: payload[1] === 1 };
    case 6:
      return { type: 'get-body', bytes: payload.readUInt16BE(1) };
    case 9:
      return { type: 'cpong' };
    default:
      throw new Error(`a packet of type ${String(payload[0])}`);
  }
}

function readHeaders(payload: Buffer): AjpMessage {
  let at = 3;
  const take = (bytes: number) => {
    at += bytes;
    return payload.subarray(at - bytes, at);
  };
  const integer = () => take(2).readUInt16BE();
  // A zero follows, which the length does not count.
  const text = (length: number) => take(length + 1).toString('latin1', 0, length);
  const reason = text(integer());
  const headers: [string, string][] = [];
  for (let left = integer(); left > 0; left--) {
    const name = integer();
    const isCoded = name >> 8 === 0xa0;
    const known = isCoded ? (RESPONSE_HEADERS[(name & 0xff) - 1] ?? `unknown ${name}`) : text(name);
    headers.push([known, text(integer())]);
  }
  return { type: 'headers', status: payload.readUInt16BE(1), reason, headers };
}

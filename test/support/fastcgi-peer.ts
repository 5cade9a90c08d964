/**
 * A web server's side of FastCGI, byte by byte. It shares no code with the kit: what both got wrong alike would go
 * unseen.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { BoundAddress } from '@mapgate/fastcgi-kit';

export const BEGIN = 1;
export const ABORT = 2;
export const END = 3;
export const PARAMS = 4;
export const STDIN = 5;
export const STDOUT = 6;
export const STDERR = 7;
export const DATA = 8;
export const GET_VALUES = 9;
export const GET_VALUES_RESULT = 10;
export const UNKNOWN_TYPE = 11;

export const RESPONDER = 1;
export const AUTHORIZER = 2;
export const FILTER = 3;

export const COMPLETE = 0;
export const CANT_MPX = 1;
export const OVERLOADED = 2;
export const UNKNOWN_ROLE = 3;

export interface PeerRecord {
  readonly type: number;
  readonly id: number;
  readonly content: Buffer;
}

/** What a request was answered with. */
export interface Answer {
  readonly stdout: string;
  readonly stdoutBytes: Buffer;
  readonly stderr: string;
  readonly appStatus: number;
  readonly protocolStatus: number;
  /** Whether an empty STDOUT record closed the stream. */
  readonly stdoutClosed: boolean;
}

export function record(type: number, id: number, content: Buffer | string = '', padding = 0): Buffer {
  const bytes = Buffer.from(content);
  const { length } = bytes;
  const header = Buffer.from([1, type, id >> 8, id & 0xff, length >> 8, length & 0xff, padding, 0]);
  // Padding is not zero here: nobody may look at it.
  return Buffer.concat([header, bytes, Buffer.alloc(padding, 0xee)]);
}

export function begin(id: number, { role = RESPONDER, keep = true }: { role?: number; keep?: boolean } = {}): Buffer {
  return record(BEGIN, id, Buffer.from([role >> 8, role & 0xff, keep ? 1 : 0, 0, 0, 0, 0, 0]));
}

export type Pairs = readonly (readonly [name: string | Buffer, value: string | Buffer])[];

export function pairs(list: Pairs): Buffer {
  const parts: Buffer[] = [];
  for (const [name, value] of list) {
    const [a, b] = [Buffer.from(name), Buffer.from(value)];
    parts.push(length(a.length), length(b.length), a, b);
  }
  return Buffer.concat(parts);
}

function length(value: number): Buffer {
  return value < 128 ? Buffer.from([value]) : Buffer.from([0x80 | (value >>> 24), value >>> 16, value >>> 8, value]);
}

/** A stream in records of at most 65 535 bytes, and its closing record. */
export function stream(type: number, id: number, content: Buffer | string): Buffer {
  const bytes = Buffer.from(content);
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 65_535) parts.push(record(type, id, bytes.subarray(at, at + 65_535)));
  parts.push(record(type, id));
  return Buffer.concat(parts);
}

export interface RequestParts {
  readonly params?: Pairs;
  readonly body?: Buffer | string;
  readonly role?: number;
  readonly keep?: boolean;
}

/** A whole request. */
export function request(
  id: number,
  { params = [], body = '', role = RESPONDER, keep = true }: RequestParts = {},
): Buffer {
  return Buffer.concat([begin(id, { role, keep }), stream(PARAMS, id, pairs(params)), stream(STDIN, id, body)]);
}

/** How long an awaited record may take: far more than any takes, so that a failing test ends and says why. */
const PATIENCE = 20_000;

/** One connection to a responder. */
export class Peer {
  readonly socket: Socket;
  /** Every record received so far. */
  readonly records: PeerRecord[] = [];
  /** Whether the responder has closed the connection. */
  closed = false;
  #unparsed = Buffer.alloc(0);
  #taken = 0;
  #wake = (): void => {};

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk) => this.#parse(chunk));
    socket.on('error', () => {});
    for (const event of ['end', 'close']) {
      socket.on(event, () => {
        this.closed = true;
        this.#wake();
      });
    }
  }

  static async connect(address: BoundAddress): Promise<Peer> {
    if ('fd' in address) throw new Error('a descriptor is not an address to connect to');
    const socket = connect(address);
    const peer = new Peer(socket);
    await once(socket, 'connect');
    return peer;
  }

  send(...parts: Buffer[]): void {
    this.socket.write(Buffer.concat(parts));
  }

  /** Sends, and gives the responder time to read it as a chunk of its own. */
  async sendAlone(...parts: Buffer[]): Promise<void> {
    this.send(...parts);
    await turn();
  }

  /** The next record that was not taken yet. */
  async next(): Promise<PeerRecord> {
    await this.waitFor(() => this.records.length > this.#taken, 'a record');
    const found = this.records[this.#taken++];
    if (found === undefined) throw new Error('the records were taken by another reader');
    return found;
  }

  /** Waits for END_REQUEST of this id; the records of later uses of the id are not looked at. */
  async answer(id: number): Promise<Answer> {
    const own = (): PeerRecord[] => this.records.slice(this.#answered.get(id) ?? 0).filter((one) => one.id === id);
    await this.waitFor(() => own().some((one) => one.type === END), `END_REQUEST of ${id}`);
    const start = this.#answered.get(id) ?? 0;
    const at = this.records.findIndex((one, i) => i >= start && one.id === id && one.type === END);
    this.#answered.set(id, at + 1);
    const mine = this.records.slice(start, at + 1).filter((one) => one.id === id);
    const stdoutBytes = Buffer.concat(mine.filter((one) => one.type === STDOUT).map((one) => one.content));
    const end = mine.at(-1)?.content ?? Buffer.alloc(8);
    return {
      stdout: stdoutBytes.toString(),
      stdoutBytes,
      stderr: Buffer.concat(mine.filter((one) => one.type === STDERR).map((one) => one.content)).toString(),
      appStatus: end.readUInt32BE(0),
      protocolStatus: end[4] ?? 255,
      stdoutClosed: mine.some((one) => one.type === STDOUT && one.content.length === 0),
    };
  }

  readonly #answered = new Map<number, number>();

  /** Waits until the responder closes the connection. */
  async closing(): Promise<void> {
    await this.waitFor(() => this.closed, 'the connection to be closed', true);
  }

  async waitFor(condition: () => boolean, what: string, mayClose = false): Promise<void> {
    const deadline = performance.now() + PATIENCE;
    while (!condition()) {
      if (this.closed && !mayClose) throw new Error(`the connection was closed while waiting for ${what}`);
      const left = deadline - performance.now();
      if (left <= 0) throw new Error(`waited in vain for ${what}`);
      const timer = new AbortController();
      await Promise.race([
        new Promise<void>((resolve) => {
          this.#wake = resolve;
        }),
        delay(left, undefined, { signal: timer.signal }).catch(() => {}),
      ]);
      timer.abort();
    }
  }

  /** Goes away, as a killed process does. */
  destroy(): void {
    this.socket.destroy();
  }

  #parse(chunk: Buffer): void {
    this.#unparsed = Buffer.concat([this.#unparsed, chunk]);
    for (;;) {
      if (this.#unparsed.length < 8) break;
      const contentLength = this.#unparsed.readUInt16BE(4);
      const total = 8 + contentLength + (this.#unparsed[6] ?? 0);
      if (this.#unparsed.length < total) break;
      this.records.push({
        type: this.#unparsed[1] ?? 0,
        id: this.#unparsed.readUInt16BE(2),
        content: Buffer.from(this.#unparsed.subarray(8, 8 + contentLength)),
      });
      this.#unparsed = this.#unparsed.subarray(total);
    }
    this.#wake();
  }
}

/** A few turns of the event loop, in which everything that was sent on loopback is read. */
export async function turn(): Promise<void> {
  for (let i = 0; i < 4; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** Waits until something is true; fails when that takes too long. */
export async function eventually(condition: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await delay(2);
  }
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import {
  type BoundAddress,
  createResponder,
  type FcgiRequest,
  type Limits,
  type ListenAddress,
  type Responder,
  type ResponderOptions,
} from '@mapgate/fastcgi-kit';
import { Peer } from '../../support/fastcgi-peer.ts';

export type Transport = 'native' | 'typescript';

export interface Server {
  readonly responder: Responder;
  readonly address: BoundAddress;
  /** Told to onError, in order. */
  readonly errors: Error[];
  /** Every request dispatched, in order. */
  readonly requests: FcgiRequest[];
  connect(): Promise<Peer>;
}

export interface ServeOptions extends Partial<Omit<ResponderOptions, 'limits' | 'transport'>> {
  readonly limits?: Partial<Limits>;
  readonly listen?: ListenAddress;
}

export const HEAD = 'Content-Type: text/plain\r\n\r\n';

/** Runs a responder for one test; everything is closed with it. */
export async function serve(t: TestContext, transport: Transport, options: ServeOptions = {}): Promise<Server> {
  const { onRequest = echo, listen = { path: join(temporaryFolder(t), 's') }, ...rest } = options;
  const errors: Error[] = [];
  const requests: FcgiRequest[] = [];
  const responder = createResponder({
    onError: (error) => errors.push(error),
    ...rest,
    transport,
    onRequest: (request) => {
      requests.push(request);
      return onRequest(request);
    },
  });
  const address = await responder.listen(listen);
  const peers: Peer[] = [];
  t.after(async () => {
    for (const peer of peers) peer.destroy();
    await responder.close({ deadline: 0 });
  });
  const connect = async (): Promise<Peer> => {
    const peer = await Peer.connect(address);
    peers.push(peer);
    return peer;
  };
  return { responder, address, errors, requests, connect };
}

/** Answers with the parameters, a line each, then an empty line, then STDIN as it came. */
export async function echo(request: FcgiRequest): Promise<void> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request.body) chunks.push(chunk);
  } catch {
    // The request was ended under us; there is nobody to answer.
    return;
  }
  const lines = [...request.params.entries()].map(([name, value]) => `${name}=${value}\n`);
  request.respond(HEAD, Buffer.concat([Buffer.from(`${lines.join('')}\n`), ...chunks]));
}

/** What reading a body came to: its bytes, and the code of the error that ended it early. */
export interface BodyRead {
  readonly bytes: number;
  readonly code: string | null;
}

/** Reads the body to its end or its error. */
export async function readAll(one: FcgiRequest): Promise<BodyRead> {
  let bytes = 0;
  try {
    for await (const chunk of one.body) bytes += chunk.length;
    return { bytes, code: null };
  } catch (error) {
    return { bytes, code: error instanceof Error && 'code' in error ? String(error.code) : 'none' };
  }
}

/** Answers at once, whatever was asked. */
export function hello(request: FcgiRequest): void {
  request.respond(HEAD, 'hello');
}

/** Leaves requests to the test. */
export function park(): void {}

export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'fcgi-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A promise and its resolver. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

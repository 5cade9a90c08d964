import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type Limits, ProtocolError } from '@mapgate/fastcgi-kit';
import { endGently } from './sockets.ts';

export type BodyLimits = Pick<Limits, 'stdinBytes' | 'bodyTimeout'>;

/**
 * The body of an HTTP request, within its limits. Leaving it early does not end the connection.
 *
 * @param limits undefined where the server is not ours
 * @param onRefused called before the reader is told of a limit
 * @throws ProtocolError `limit`, `timeout` or `disconnected`
 */
export async function* httpBody(
  incoming: IncomingMessage,
  limits: BodyLimits | undefined,
  onRefused: () => void,
): AsyncGenerator<Buffer> {
  const { stdinBytes = Number.POSITIVE_INFINITY, bodyTimeout = 0 } = limits ?? {};
  const chunks = incoming.iterator({ destroyOnReturn: false }) as AsyncIterableIterator<Buffer>;
  let received = 0;
  for (;;) {
    const next = await inTime(chunks.next().catch(disconnected), bodyTimeout);
    if (next === undefined) {
      onRefused();
      throw new ProtocolError('timeout', `no byte of the body within ${bodyTimeout} ms`);
    }
    if (next.done === true) return;
    received += next.value.length;
    if (received > stdinBytes) {
      onRefused();
      throw new ProtocolError('limit', `a body of more than ${stdinBytes} bytes`);
    }
    yield next.value;
  }
}

function disconnected(): never {
  throw new ProtocolError('disconnected', 'the client went away before the body was whole');
}

/** Undefined: it took longer than so many milliseconds; 0: it may take for ever. */
async function inTime<Value>(promise: Promise<Value>, milliseconds: number): Promise<Value | undefined> {
  if (milliseconds === 0) return promise;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, milliseconds, undefined);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Connections of which nothing more is wanted: what their parser says counts no more. */
const ending = new WeakSet<Socket>();

export function isEnding(socket: Socket): boolean {
  return ending.has(socket);
}

/** Ends a connection behind what was written to it. */
export function endBehind(socket: Socket): void {
  ending.add(socket);
  endGently(socket);
}

/** Ends the connection of an answer to a body of which no more is wanted, so that the client can take the answer. */
export function closeBehind(outgoing: ServerResponse): void {
  const { socket } = outgoing;
  outgoing.shouldKeepAlive = false;
  if (socket === null) return;
  ending.add(socket);
  socket.destroySoon = () => endGently(socket);
}

/** What is left of the body of an answered request is read and dropped for as long as one piece of it may take. */
export function watchRest(incoming: IncomingMessage, outgoing: ServerResponse, { bodyTimeout }: BodyLimits): void {
  if (bodyTimeout === 0) return;
  outgoing.once('finish', () => {
    if (incoming.complete) return;
    const timer = setTimeout(() => {
      if (!incoming.complete) incoming.socket.destroy();
    }, bodyTimeout);
    incoming.once('close', () => clearTimeout(timer));
    timer.unref();
  });
}

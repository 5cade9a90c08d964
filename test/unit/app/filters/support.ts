import { resolve } from 'node:path';
import type { FilterKind, OpenFilter } from '../../../../src/app/filters/contract.ts';
import type { Application } from '../../../../src/http/application.ts';
import type { Response } from '../../../../src/http/response.ts';

/** A filter opened as a deployment in `directory` would. */
export async function open(kind: FilterKind, options: object, directory = '/'): Promise<OpenFilter> {
  return kind.open(options, { resolvePath: (path) => resolve(directory, path) });
}

/** An application that always gives the same answer. */
export function answering(response: Response): Application {
  return () => response;
}

/** All bytes of an answer's body. */
export async function bodyOf({ body }: Response): Promise<Buffer> {
  if (body === null) return Buffer.alloc(0);
  if (typeof body === 'string') return Buffer.from(body);
  return Buffer.isBuffer(body) ? body : bytesOf(body);
}

export async function* chunks(...parts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}

export async function bytesOf(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

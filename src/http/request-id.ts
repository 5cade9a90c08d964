import { randomUUID } from 'node:crypto';
import type { Request } from './request.ts';

/** What web servers and tracing systems make; nothing that could do harm in a log. */
const WELL_FORMED = /^[\w.:@+/=-]{1,128}$/;

/** Ids made here, by what is the same for a request however filters and mounts change it. */
const made = new WeakMap<object, string>();

/** The request's id in logs: its X-Request-Id where that is well-formed, else one that is made on first use. */
export function requestIdOf(request: Request): string {
  const given = request.header('X-Request-Id');
  if (given !== undefined && WELL_FORMED.test(given)) return given;
  let id = made.get(request.origin);
  if (id === undefined) {
    id = randomUUID();
    made.set(request.origin, id);
  }
  return id;
}

import type { Request } from './request.ts';

/** Requests of ours by the Node or Fetch request that a framework of the operator's got in their place. */
const carried = new WeakMap<object, Request>();

/** Notes that this message is the request as a framework sees it. */
export function carry(message: object, request: Request): void {
  carried.set(message, request);
}

/** A map proxy mounted in a framework answers this message: the request that it came by is counted as one of the service. */
export function countCarriedAs(message: object, service: string | undefined): void {
  const request = carried.get(message);
  if (request !== undefined) request.service = service;
}

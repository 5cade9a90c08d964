import { closeSync, openSync } from 'node:fs';
import type { Responder } from '@mapgate/fastcgi-kit';
import { LISTENSOCK_FILENO } from './inherited.ts';

/**
 * Takes the listening socket off descriptor 0, once a responder has it.
 *
 * At its exit Node gives descriptors 0 to 2 back the flags that they had at its start. These flags belong to the socket,
 * not to the process: siblings that share it (spawn-fcgi -F, workers of mod_fastcgi) would find it blocking, and stand
 * still in `accept` from then on. The native transport has a descriptor of its own; the TypeScript one works on this
 * one, and closes it when it stops.
 */
export function leaveDescriptorZero({ transport }: Pick<Responder, 'transport'>): void {
  if (transport !== 'native') return;
  closeSync(LISTENSOCK_FILENO);
  // The number must stay taken: what is opened next would be standard input.
  openSync('/dev/null', 'r');
}

import type { Responder } from './contract.ts';
import type { ResolvedOptions } from './limits.ts';

/** The native transport, or one line for the operator on why it cannot run here. */
export function loadNativeTransport(): { create(options: ResolvedOptions): Responder } | { reason: string } {
  return { reason: 'the native transport is not part of this build' };
}

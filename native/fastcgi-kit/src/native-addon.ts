import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The addon's class, as cc/binding_methods.cc defines it. A slot is the small number by which the addon and this side
 * know an open request; calls for one whose request is over do nothing.
 */
export interface NativeSocketServer {
  /** Accepts on a duplicate of the descriptor; a backlog of 0 leaves a socket that listens already as it is. */
  listen(fd: number, backlog: number): void;
  respond(slot: number, head: string | Uint8Array, body: string | Uint8Array | null, appStatus: number): void;
  /** False when more than the output window waits, or nothing more is taken. */
  write(slot: number, chunk: string | Uint8Array): boolean;
  end(slot: number, appStatus: number): void;
  writeStderr(slot: number, text: string): void;
  abandon(slot: number, reason: string): void;
  /** What waits of STDIN, or one of `BodyState`. */
  readBody(slot: number): Buffer | number;
  dropBody(slot: number): void;
  close(idleGrace: number, onClosed: () => void): void;
  abortAll(): void;
  /** The numbers of `ResponderStats`, in its order. */
  stats(): number[];
}

/** What `readBody` answers when it has no bytes: an event will tell of more, or there will be none. */
export const BodyState = { WAIT: 0, END: 1 } as const;

/** Flags of `onRequest`. */
export const RequestFlag = { AUTHORIZER: 1, KEEP_CONNECTION: 2, ASCII: 4 } as const;

/** Events of `onEvent`. */
export const RequestEvent = { BODY: 0, BODY_FAILED: 1, ABORTED: 2, DRAINED: 3, OVER: 4 } as const;

export interface NativeAddon {
  NativeResponder: new (
    /** The limits in the order of `LimitIndex` in cc/binding_methods.cc, then the bits of the roles (1 << role). */
    limits: readonly number[],
    onRequest: (slot: number, id: number, flags: number, params: string) => void,
    /** `code` and `message` are empty for events that need none. */
    onEvent: (slot: number, event: number, code: string, message: string) => void,
    onError: (code: string, message: string) => void,
    allowPeer: ((address: string) => boolean) | null,
  ) => NativeSocketServer;
}

/** Set to 1: the addon is neither built nor loaded. */
const NO_ADDON = 'MAPGATE_NO_ADDON';

let loaded: NativeAddon | { readonly reason: string } | undefined;

/** The addon, a prebuilt one or one built here; or one line on why there is none. Loaded once. */
export function loadAddon(): NativeAddon | { readonly reason: string } {
  loaded ??= load();
  return loaded;
}

function load(): NativeAddon | { readonly reason: string } {
  if (process.env[NO_ADDON] === '1') return { reason: `${NO_ADDON} is set` };
  if (process.platform !== 'linux') return { reason: `the addon is for Linux, and this is ${process.platform}` };
  const require = createRequire(import.meta.url);
  try {
    const find = require('node-gyp-build') as (directory: string) => NativeAddon;
    return find(dirname(dirname(fileURLToPath(import.meta.url))));
  } catch (error) {
    const [line = ''] = String(error instanceof Error ? error.message : error).split('\n');
    return { reason: `the addon cannot be loaded: ${line}` };
  }
}

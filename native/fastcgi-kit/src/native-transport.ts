import { RoleNumber } from './constants.ts';
import type { BoundAddress, ListenAddress, Responder, ResponderStats } from './contract.ts';
import { dispatch } from './dispatch.ts';
import { ProtocolError, type ProtocolErrorCode } from './errors.ts';
import type { ResolvedOptions } from './limits.ts';
import { loadAddon, type NativeAddon, type NativeSocketServer, RequestEvent } from './native-addon.ts';
import { NativeRequest, type RequestRegistry } from './native-request.ts';
import { allowedPeers } from './peers.ts';
import { type BoundSocket, bindSocket } from './sockets.ts';

/** The native transport, or one line for the operator on why it cannot run here. */
export function loadNativeTransport(): { create(options: ResolvedOptions): Responder } | { reason: string } {
  const addon = loadAddon();
  if ('reason' in addon) return addon;
  return { create: (options) => new NativeResponder(addon, options) };
}

/** As many as Node asks for by default. */
const DEFAULT_BACKLOG = 511;

interface CloseOptions {
  readonly deadline?: number;
  readonly idleGrace?: number;
  readonly keepSocketFile?: boolean;
}

/** The responder whose sockets and records are handled in C++. */
class NativeResponder implements Responder, RequestRegistry {
  readonly transport = 'native';
  readonly fallbackReason = null;
  readonly server: NativeSocketServer;
  /** Requests by slot. */
  readonly #requests: (NativeRequest | undefined)[] = [];
  readonly #sockets = new Set<BoundSocket>();
  #closed: Promise<void> | null = null;
  #deadline: NodeJS.Timeout | null = null;

  constructor(addon: NativeAddon, options: ResolvedOptions) {
    const { limits, roles = ['responder'] } = options;
    const peers = allowedPeers(options.allow);
    this.server = new addon.NativeResponder(
      [
        limits.paramsBytes,
        limits.paramsPairs,
        limits.requestsPerConnection,
        limits.stdinBytes,
        limits.stdinWindow,
        limits.outputWindow,
        limits.connections,
        limits.headerTimeout,
        limits.idleTimeout,
        limits.writeTimeout,
        limits.bodyTimeout,
        (roles.includes('responder') ? 1 << RoleNumber.RESPONDER : 0) |
          (roles.includes('authorizer') ? 1 << RoleNumber.AUTHORIZER : 0),
      ],
      (slot, id, flags, params) => {
        const request = new NativeRequest(this, slot, id, flags, params);
        this.#requests[slot] = request;
        dispatch(options.onRequest, request, options.onError);
      },
      (slot, event, code, message) => this.#onEvent(slot, event, code, message),
      (code, message) => options.onError?.(isProtocolErrorCode(code) ? errorOf(code, message) : new Error(message)),
      peers &&
        ((address) => {
          if (peers.allows(address)) return true;
          const message = `${address} may not connect: it is not an allowed web server`;
          options.onError?.(new ProtocolError('forbidden', message));
          return false;
        }),
    );
  }

  get stats(): ResponderStats {
    const [
      connectionsAccepted = 0,
      connectionsOpen = 0,
      requests = 0,
      requestsOpen = 0,
      protocolErrors = 0,
      overloaded = 0,
      aborted = 0,
    ] = this.server.stats();
    return { connectionsAccepted, connectionsOpen, requests, requestsOpen, protocolErrors, overloaded, aborted };
  }

  async listen(address: ListenAddress): Promise<BoundAddress> {
    if (this.#closed) throw new Error('this responder is closed');
    if ('fd' in address) {
      this.server.listen(address.fd, address.backlog ?? 0);
      return { fd: address.fd };
    }
    const socket = await bindSocket(address);
    try {
      if (this.#closed) throw new Error('this responder was closed while it began to listen');
      this.server.listen(socket.fd, address.backlog ?? DEFAULT_BACKLOG);
    } catch (error) {
      socket.close();
      throw error;
    }
    this.#sockets.add(socket);
    return socket.address;
  }

  close(options: CloseOptions = {}): Promise<void> {
    const { deadline, idleGrace = 0, keepSocketFile = false } = options;
    if (deadline !== undefined) {
      if (this.#deadline) clearTimeout(this.#deadline);
      this.#deadline = setTimeout(() => this.server.abortAll(), deadline);
    }
    this.#closed ??= this.#close(idleGrace, keepSocketFile);
    return this.#closed;
  }

  forget(slot: number): void {
    this.#requests[slot] = undefined;
  }

  async #close(idleGrace: number, keepSocketFile: boolean): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(idleGrace, resolve));
    for (const socket of this.#sockets) socket.close({ keepFile: keepSocketFile });
    this.#sockets.clear();
    await closed;
    if (this.#deadline) clearTimeout(this.#deadline);
  }

  #onEvent(slot: number, event: number, code: string, message: string): void {
    const request = this.#requests[slot];
    if (!request) return;
    if (event === RequestEvent.BODY) {
      request.onBody();
    } else if (event === RequestEvent.DRAINED) {
      request.onDrained();
    } else {
      const error = errorOf(code, message);
      if (event === RequestEvent.BODY_FAILED) request.onBodyFailed(error);
      else if (event === RequestEvent.ABORTED) request.onAborted(error);
      else {
        this.forget(slot);
        request.onOver(error);
      }
    }
  }
}

/** A system error (no code) ends a request as the loss of its connection does. */
function errorOf(code: string, message: string): ProtocolError {
  return new ProtocolError(isProtocolErrorCode(code) ? code : 'disconnected', message);
}

function isProtocolErrorCode(code: string): code is ProtocolErrorCode {
  return code !== '';
}

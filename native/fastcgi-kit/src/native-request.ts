import { requestAbort } from './abort.ts';
import type { FcgiRequest, Params, Role } from './contract.ts';
import type { DispatchedRequest } from './dispatch.ts';
import { ProtocolError } from './errors.ts';
import { type NativeSocketServer, RequestFlag } from './native-addon.ts';
import { NativeBody } from './native-body.ts';
import { TextParams } from './native-params.ts';

/** What a request tells its responder. */
export interface RequestRegistry {
  readonly server: NativeSocketServer;
  /** The application has ended the request: the addon may give its slot to another. */
  forget(slot: number): void;
}

/** One request of the native transport: a slot number, the parameters, and what was made of them on demand. */
export class NativeRequest implements DispatchedRequest, FcgiRequest {
  readonly id: number;
  readonly params: Params;
  readonly #registry: RequestRegistry;
  readonly #slot: number;
  readonly #flags: number;
  #ended = false;
  #answerBegun = false;
  #abortError: ProtocolError | null = null;
  #bodyError: ProtocolError | null = null;
  #body: NativeBody | null = null;
  #controller: AbortController | null = null;
  #windowFull = false;
  #drainWaiters: { resolve(): void; reject(error: Error): void }[] | null = null;

  constructor(registry: RequestRegistry, slot: number, id: number, flags: number, params: string) {
    this.#registry = registry;
    this.#slot = slot;
    this.#flags = flags;
    this.id = id;
    this.params = new TextParams(params, (flags & RequestFlag.ASCII) !== 0);
  }

  get role(): Role {
    return this.#flags & RequestFlag.AUTHORIZER ? 'authorizer' : 'responder';
  }

  get keepConnection(): boolean {
    return (this.#flags & RequestFlag.KEEP_CONNECTION) !== 0;
  }

  get body(): NativeBody {
    this.#body ??= new NativeBody(this.#registry.server, this.#slot, this.#bodyError);
    return this.#body;
  }

  get signal(): AbortSignal {
    if (this.#controller === null) {
      this.#controller = requestAbort();
      if (this.#abortError) this.#controller.abort(this.#abortError);
    }
    return this.#controller.signal;
  }

  get ended(): boolean {
    return this.#ended;
  }

  get answerBegun(): boolean {
    return this.#answerBegun;
  }

  respond(head: string | Uint8Array, body: string | Uint8Array | null = null, appStatus = 0): void {
    if (this.#ended) return;
    if (this.#answerBegun && !this.#abortError) {
      throw new Error('respond() gives a whole answer; this one was begun with write()');
    }
    this.#answerBegun = true;
    this.#registry.server.respond(this.#slot, head, body, appStatus);
    this.#finish();
  }

  write(chunk: string | Uint8Array): boolean {
    if (this.#ended || this.#abortError) return false;
    if (chunk.length > 0) this.#answerBegun = true;
    this.#windowFull = !this.#registry.server.write(this.#slot, chunk);
    return !this.#windowFull;
  }

  drained(): Promise<void> {
    if (this.#abortError) return Promise.reject(this.#abortError);
    if (this.#ended || !this.#windowFull) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#drainWaiters ??= [];
      this.#drainWaiters.push({ resolve, reject });
    });
  }

  end(appStatus = 0): void {
    if (this.#ended) return;
    this.#registry.server.end(this.#slot, appStatus);
    this.#finish();
  }

  writeStderr(text: string): void {
    if (!this.#ended && !this.#abortError) this.#registry.server.writeStderr(this.#slot, text);
  }

  abandon(reason: string): void {
    if (this.#ended) return;
    this.#registry.server.abandon(this.#slot, reason);
    this.#finish();
  }

  /** STDIN that was waited for is there, or has ended. */
  onBody(): void {
    this.#body?.wake();
  }

  onBodyFailed(error: ProtocolError): void {
    this.#bodyError ??= error;
    this.#body?.fail(error);
  }

  onDrained(): void {
    this.#windowFull = false;
    for (const waiter of this.#takeDrainWaiters()) waiter.resolve();
  }

  /** ABORT_REQUEST: the application is told; the id lives on until it ends the request. */
  onAborted(error: ProtocolError): void {
    if (this.#ended || this.#abortError) return;
    this.#abortError = error;
    this.onBodyFailed(error);
    for (const waiter of this.#takeDrainWaiters()) waiter.reject(error);
    this.#controller?.abort(error);
  }

  /** The transport has ended the request, or lost its connection. */
  onOver(error: ProtocolError): void {
    this.onAborted(error);
    this.#ended = true;
  }

  #takeDrainWaiters(): { resolve(): void; reject(error: Error): void }[] {
    const waiters = this.#drainWaiters ?? [];
    this.#drainWaiters = null;
    return waiters;
  }

  #finish(): void {
    this.#ended = true;
    this.#registry.forget(this.#slot);
    for (const waiter of this.#takeDrainWaiters()) waiter.resolve();
    if (this.#body) this.#body.fail(new ProtocolError('aborted', 'the request has ended'));
    else this.#bodyError ??= ENDED;
  }
}

/** Made once: most requests end without anybody reading their body. */
const ENDED = new ProtocolError('aborted', 'the request has ended');

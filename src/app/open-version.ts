import type { Request } from '../http/request.ts';
import type { Response } from '../http/response.ts';
import { answerToEnd } from './answer-end.ts';
import type { OpenApplication } from './open.ts';

/** An application as it was opened once, with the requests that use it. */
export class OpenVersion {
  readonly #opened: OpenApplication;
  #users = 0;
  #onUnused: (() => void) | undefined;

  constructor(opened: OpenApplication) {
    this.#opened = opened;
  }

  handle(request: Request): Response | Promise<Response> {
    this.#users++;
    return answerToEnd(this.#opened.application, request, () => this.#leave());
  }

  /** Closes it once its last request has ended. */
  async retire(): Promise<void> {
    if (this.#users > 0) {
      await new Promise<void>((resolve) => {
        this.#onUnused = resolve;
      });
    }
    await this.close();
  }

  close(): Promise<void> {
    return this.#opened.close();
  }

  #leave(): void {
    this.#users--;
    if (this.#users === 0) this.#onUnused?.();
  }
}

import { ConfigError } from '../http/errors.ts';
import type { Request } from '../http/request.ts';
import type { Response } from '../http/response.ts';
import { getLogger } from '../log.ts';
import type { OpenApplication } from './open.ts';
import { OpenVersion } from './open-version.ts';
import { haveChanged, type Stamps, takeStamps } from './projects-stamps.ts';

const log = getLogger('mapgate.app');

/** Milliseconds between looks at the files. */
const CHECK_INTERVAL = 1_000;

/**
 * An application that is opened again when one of its files changed (row APP-13). A request that comes after the change
 * is answered by the new version. One that is broken leaves the old version serving and is told to the log; it is not
 * read again before a file changes.
 */
export class ReloadingApplication {
  readonly #open: () => Promise<OpenApplication>;
  #version: OpenVersion;
  /** Of what was read last, whether it could be used or not. */
  #stamps: Stamps;
  #checkedAt = performance.now();
  /** A look at the files, with what follows from it; shared by all requests that come meanwhile. */
  #refreshing: Promise<void> | undefined;

  /** Opens it for the first time. @throws what `open` does */
  static async start(open: () => Promise<OpenApplication>): Promise<[ReloadingApplication, OpenApplication]> {
    const startedAt = Date.now();
    const first = await open();
    return [new ReloadingApplication(open, first, await takeStamps(first.files, startedAt)), first];
  }

  private constructor(open: () => Promise<OpenApplication>, first: OpenApplication, stamps: Stamps) {
    this.#open = open;
    this.#version = new OpenVersion(first);
    this.#stamps = stamps;
  }

  /** Answers at once where the files were looked at a moment ago. */
  handle(request: Request): Response | Promise<Response> {
    if (this.#refreshing === undefined && performance.now() - this.#checkedAt < CHECK_INTERVAL) {
      return this.#version.handle(request);
    }
    return this.#refresh().then(() => this.#version.handle(request));
  }

  /** Closes it at once: nobody waits for an answer any more. */
  async close(): Promise<void> {
    await this.#refreshing;
    await this.#version.close();
  }

  #refresh(): Promise<void> {
    this.#refreshing ??= this.#look().finally(() => {
      this.#checkedAt = performance.now();
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  async #look(): Promise<void> {
    if (!(await haveChanged(this.#stamps))) return;
    const startedAt = Date.now();
    try {
      const next = await this.#open();
      this.#stamps = await takeStamps(next.files, startedAt);
      this.#replace(next);
    } catch (error) {
      const place = error instanceof ConfigError ? error.place : undefined;
      this.#stamps = await takeStamps(
        [...this.#stamps.keys(), ...(place === undefined ? [] : [place.file])],
        startedAt,
      );
      const problem = error instanceof Error ? error.message : String(error);
      // A ConfigError tells file and line; of anything else the stack is needed.
      const fields = error instanceof ConfigError ? {} : { err: error };
      log.error(fields, `the changed configuration cannot be used, the old one goes on serving: ${problem}`);
    }
  }

  #replace(next: OpenApplication): void {
    const before = this.#version;
    this.#version = new OpenVersion(next);
    before.retire().catch((error: unknown) => log.error({ err: error }, 'an old configuration did not close'));
    log.info({ files: next.files }, 'the configuration has changed and was read again');
  }
}

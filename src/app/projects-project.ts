import { existsSync } from 'node:fs';
import { ConfigError } from '../http/errors.ts';
import type { Request } from '../http/request.ts';
import { type Response, textResponse } from '../http/response.ts';
import { getLogger } from '../log.ts';
import type { OpenApplication } from './open.ts';
import { OpenVersion } from './open-version.ts';
import { haveChanged, type Stamps, takeStamps } from './projects-stamps.ts';

const log = getLogger('mapgate.projects');

/** Milliseconds between looks at the files of a project. */
const CHECK_INTERVAL = 1_000;

export type OpenFile = (file: string) => Promise<OpenApplication>;

/**
 * One project: opened on its first request, opened again when one of its files changed. A new version that is broken
 * leaves the old one serving; what is broken is not read again until a file changes.
 */
export class Project {
  readonly file: string;
  readonly #name: string;
  readonly #open: OpenFile;
  #version: OpenVersion | undefined;
  /** Of what was read last, whether it could be used or not. */
  #stamps: Stamps = new Map();
  #checkedAt = -Infinity;
  /** A look at the files, with what follows from it; shared by all requests that come meanwhile. */
  #refreshing: Promise<void> | undefined;
  #isGone = false;
  #isRetired = false;
  #lastProblem: string | undefined;

  constructor(name: string, file: string, open: OpenFile) {
    this.#name = name;
    this.file = file;
    this.#open = open;
  }

  /** Answers at once where the files were looked at a moment ago. */
  handle(request: Request): Response | Promise<Response> {
    if (this.#refreshing === undefined && performance.now() - this.#checkedAt < CHECK_INTERVAL) {
      return this.#answer(request);
    }
    return this.#refresh().then(() => this.#answer(request));
  }

  /** Closes it once its last request has ended; nothing new is opened. */
  async retire(): Promise<void> {
    this.#isRetired = true;
    await this.#refreshing;
    await this.#version?.retire();
  }

  /** Closes it at once: nobody waits for an answer any more. */
  async close(): Promise<void> {
    this.#isRetired = true;
    await this.#refreshing;
    await this.#version?.close();
  }

  #answer(request: Request): Response | Promise<Response> {
    if (this.#version !== undefined) return this.#version.handle(request);
    if (this.#isGone) return textResponse(404, 'not found');
    return textResponse(500, 'internal error', { 'Cache-Control': 'no-cache, no-store' });
  }

  #refresh(): Promise<void> {
    this.#refreshing ??= this.#look().finally(() => {
      this.#checkedAt = performance.now();
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  async #look(): Promise<void> {
    const isNew = this.#stamps.size === 0;
    // One that gave way to others goes on with the version that it has.
    if (!isNew && (this.#isRetired || !(await haveChanged(this.#stamps)))) return;
    const startedAt = Date.now();
    this.#isGone = !existsSync(this.file);
    try {
      const next = this.#isGone ? undefined : await this.#open(this.file);
      this.#stamps = await takeStamps([this.file, ...(next?.files ?? [])], startedAt);
      this.#replace(next);
    } catch (error) {
      this.#tellBroken(error);
      const named = error instanceof ConfigError && error.place !== undefined ? [error.place.file] : [];
      this.#stamps = await takeStamps([this.file, ...this.#stamps.keys(), ...named], startedAt);
    }
  }

  #replace(next: OpenApplication | undefined): void {
    const before = this.#version;
    this.#version = next === undefined ? undefined : new OpenVersion(next);
    this.#lastProblem = undefined;
    before?.retire().catch((error: unknown) => log.error({ err: error }, `${this.file}: an old version did not close`));
    const what = next === undefined ? 'is gone' : before === undefined ? 'opened' : 'has changed and was opened again';
    log.info({ project: this.#name, file: this.file }, `project ${what}`);
  }

  /** The same problem is told once, however often the file is saved with it. */
  #tellBroken(error: unknown): void {
    const then = this.#version === undefined ? 'it answers 500' : 'its old version goes on serving';
    const problem = error instanceof Error ? error.message : String(error);
    if (problem === this.#lastProblem) return;
    this.#lastProblem = problem;
    // A ConfigError tells file and line; of anything else the stack is needed.
    const fields = error instanceof ConfigError ? {} : { err: error };
    log.error({ project: this.#name, ...fields }, `project cannot be opened, ${then}: ${problem}`);
  }
}

import assert from 'node:assert/strict';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Sandbox } from '../front/sandbox.ts';
import { Mapgate } from '../support/mapgate.ts';

const POLL = 20;
/** Far above the second that a change may take, so that a busy machine fails no test. */
const DEADLINE = 60_000;

/** The development server on files of a test. */
export class DevelopStage {
  readonly mapgate: Mapgate;
  readonly #sandbox: Sandbox;
  #base = '';

  private constructor(t: TestContext, command: string, target: string, files: Readonly<Record<string, string>>) {
    // Told to, it removes what it has made; killed, it could not.
    t.after(() => this.#end());
    this.#sandbox = new Sandbox(t);
    for (const [name, text] of Object.entries(files)) this.write(name, text);
    const [name = '', ...flags] = command.split(' ');
    const args = [name, target, ...(flags.includes('-b') ? [] : ['-b', '127.0.0.1:0']), ...flags];
    this.mapgate = new Mapgate(t, args, { cwd: this.#sandbox.folder });
  }

  /** @param command `serve-develop --debug`: the target, the first of the files if not given, is put in. */
  static async start(
    t: TestContext,
    command: string,
    files: Readonly<Record<string, string>>,
    target = Object.keys(files)[0] ?? '.',
  ): Promise<DevelopStage> {
    const stage = new DevelopStage(t, command, target, files);
    await stage.mapgate.says('Ctrl-C stops');
    stage.#base = `http://127.0.0.1:${/ on http:\/\/.*:(\d+)\//.exec(stage.mapgate.log)?.[1]}`;
    return stage;
  }

  /** Without a slash at its end. */
  get base(): string {
    return this.#base;
  }

  get pin(): string {
    return /PIN of the console: (\S+)/.exec(this.mapgate.log)?.[1] ?? '';
  }

  path(name: string): string {
    return this.#sandbox.path(name);
  }

  async #end(): Promise<void> {
    this.mapgate.signal('SIGTERM');
    await this.mapgate.exited;
  }

  /** As editors do it: all at once, by renaming. */
  write(name: string, text: string): void {
    const file = this.path(name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(`${file}~`, text);
    renameSync(`${file}~`, file);
  }

  async ask(target: string, init: RequestInit = {}): Promise<{ status: number; headers: Headers; text: string }> {
    const answer = await fetch(this.base + target, { redirect: 'manual', ...init });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  }

  /** Asks until the answer matches. @returns the milliseconds it took */
  async shows(target: string, expected: RegExp): Promise<number> {
    const begun = performance.now();
    for (;;) {
      const { text } = await this.ask(target);
      const elapsed = performance.now() - begun;
      if (expected.test(text)) return elapsed;
      assert.ok(elapsed < DEADLINE, `${expected} is not in ${text.slice(-2000)}\n${this.mapgate.log}`);
      await sleep(POLL);
    }
  }
}

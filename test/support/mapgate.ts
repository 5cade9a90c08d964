import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

const MAIN = path.resolve(import.meta.dirname, '../../dist/cli/main.js');
const DEADLINE = 60_000;
const POLL = 10;
const LAST_OUTPUT = 500;

/** The built command line as a process of its own; killed when the test ends. */
export class Mapgate {
  readonly #child: ChildProcess;
  readonly exited: Promise<number | string>;
  #log = '';
  #output = '';

  /** `shell`: what a shell does before it becomes the process. */
  constructor(
    t: TestContext,
    args: readonly string[],
    options: { cwd?: string; env?: NodeJS.ProcessEnv; uid?: number; gid?: number; shell?: string } = {},
  ) {
    const { shell, ...rest } = options;
    const command = [process.execPath, MAIN, ...args];
    const [program = '', ...more] =
      shell === undefined ? command : ['sh', '-c', `${shell}; exec "$@"`, 'sh', ...command];
    this.#child = spawn(program, more, { stdio: ['ignore', 'pipe', 'pipe'], ...rest });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#log += text;
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#output += text;
    });
    const closed = once(this.#child, 'close');
    this.exited = once(this.#child, 'exit').then(async ([code, signal]) => {
      // What it wrote last is still on its way; a successor (USR2) keeps the pipes open.
      await Promise.race([closed, sleep(LAST_OUTPUT)]);
      return signal ?? code;
    });
    t.after(async () => {
      this.#child.kill('SIGKILL');
      await this.exited;
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** All it wrote to standard error. */
  get log(): string {
    return this.#log;
  }

  /** All it wrote to standard output. */
  get output(): string {
    return this.#output;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Messages of the log with this text. */
  count(text: string): number {
    return this.#log.split(text).length - 1;
  }

  /** Waits until the log holds a text so many times. */
  async says(text: string, times = 1): Promise<void> {
    const deadline = performance.now() + DEADLINE;
    while (this.count(text) < times) {
      if (this.#child.exitCode !== null) throw new Error(`ended before it said ${text}:\n${this.#log}`);
      if (performance.now() > deadline) throw new Error(`does not say ${text}:\n${this.#log}`);
      await sleep(POLL);
    }
  }
}

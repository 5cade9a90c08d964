import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { connect, type NetConnectOpts } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { childrenOf } from '../support/processes.ts';
import type { Sandbox } from './sandbox.ts';

const START_DEADLINE = 60_000;
const STOP_DEADLINE = 30_000;
const POLL = 20;
const OUTPUT_KEPT = 4_000;

/** A program under test: started in the foreground, stopped by its own process id when the sandbox closes. */
export class Program {
  readonly #child: ChildProcess;
  readonly #name: string;
  readonly #exited: Promise<void>;
  readonly #log: string;
  #problem = '';

  constructor(sandbox: Sandbox, command: readonly string[]) {
    const [file = '', ...args] = command;
    this.#name = path.basename(file);
    this.#log = sandbox.path(`${this.#name}.log`);
    // A file, not a pipe: some web servers open /dev/stderr by name.
    const output = openSync(this.#log, 'a');
    this.#child = spawn(file, args, {
      cwd: sandbox.folder,
      stdio: ['ignore', output, output],
    });
    closeSync(output);
    this.#exited = new Promise((resolve) => {
      this.#child.on('exit', () => resolve());
      this.#child.on('error', (error) => {
        this.#problem = error.message;
        resolve();
      });
    });
    sandbox.defer(() => this.stop());
  }

  /** The last lines of what it printed. */
  get output(): string {
    return this.#problem + readFileSync(this.#log, 'utf8').slice(-OUTPUT_KEPT);
  }

  get running(): boolean {
    return this.#child.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Waits until it accepts connections there. */
  async accepts(address: NetConnectOpts): Promise<void> {
    const deadline = performance.now() + START_DEADLINE;
    while (!(await isListening(address))) {
      if (!this.running) throw new Error(`${this.#name} ended instead of starting:\n${this.output}`);
      if (performance.now() > deadline) throw new Error(`${this.#name} does not listen:\n${this.output}`);
      await sleep(POLL);
    }
  }

  async stop(): Promise<void> {
    if (!this.running) return;
    this.#child.kill('SIGTERM');
    const late = new AbortController();
    const gaveUp = sleep(STOP_DEADLINE, true, { signal: late.signal }).catch(() => false);
    const overdue = await Promise.race([this.#exited, gaveUp]);
    late.abort();
    if (overdue !== true) return;
    for (const pid of this.#child.pid === undefined ? [] : childrenOf(this.#child.pid)) process.kill(pid, 'SIGKILL');
    this.#child.kill('SIGKILL');
    await this.#exited;
    throw new Error(`${this.#name} did not stop when told:\n${this.output}`);
  }
}

function isListening(address: NetConnectOpts): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

/** Waits for a process that someone else started; false if it is still there after the deadline. */
export async function waitForExit(pid: number): Promise<boolean> {
  const deadline = performance.now() + STOP_DEADLINE;
  while (isAlive(pid)) {
    if (performance.now() > deadline) return false;
    await sleep(POLL);
  }
  return true;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

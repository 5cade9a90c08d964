import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';

/** A temporary folder, and what must be stopped before it is removed; all of it goes when the test ends. */
export class Sandbox {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'mapgate-front-'));
  readonly #undo: Array<() => Promise<void> | void> = [];

  constructor(t: TestContext) {
    t.after(() => this.#close());
  }

  /** Runs at the end; what came last goes first. */
  defer(undo: () => Promise<void> | void): void {
    this.#undo.push(undo);
  }

  path(...names: string[]): string {
    return path.join(this.folder, ...names);
  }

  async #close(): Promise<void> {
    const problems: unknown[] = [];
    for (const undo of this.#undo.reverse()) {
      try {
        await undo();
      } catch (error) {
        problems.push(error);
      }
    }
    rmSync(this.folder, { recursive: true, force: true });
    if (problems.length > 0) throw new AggregateError(problems, problems.map(String).join('; '));
  }
}

/** Web servers want a number in their configuration; this one was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('no port'));
        else resolve(address.port);
      });
    });
  });
}

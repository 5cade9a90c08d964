import { once } from 'node:events';
import { stat, statSync } from 'node:fs';
import type pino from 'pino';
import { getLogger } from '../../log.ts';
import { openDestination } from '../../log-sink.ts';

const log = getLogger('mapgate.access');

/** Milliseconds between looks whether the file is still the one that is open. */
const CHECK_INTERVAL = 1_000;

/**
 * A file that lines are appended to, by several processes at once: each line goes out in one write. Whoever rotates it
 * moves it away; it is missed within a second of the next line, and made anew.
 */
export class LogFile {
  readonly #file: string;
  readonly #destination: ReturnType<typeof pino.destination>;
  #inode: number;
  #checkedAt: number;
  #closed = false;

  /** @throws Error when the file cannot be opened */
  constructor(file: string) {
    this.#file = file;
    this.#destination = openDestination(file);
    this.#destination.on('error', (error) => log.error({ err: error }, `cannot write ${file}`));
    this.#inode = statSync(file).ino;
    this.#checkedAt = performance.now();
  }

  write(line: string): void {
    const now = performance.now();
    if (now - this.#checkedAt >= CHECK_INTERVAL) {
      this.#checkedAt = now;
      stat(this.#file, (error, found) => this.#onChecked(error === null ? found.ino : undefined));
    }
    this.#destination.write(line);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const closed = once(this.#destination, 'close');
    this.#destination.end();
    await closed;
  }

  #onChecked(inode: number | undefined): void {
    if (inode === this.#inode || this.#closed) return;
    try {
      this.#destination.reopen();
      this.#inode = statSync(this.#file).ino;
    } catch (error) {
      log.error({ err: error }, `cannot open ${this.#file} again; lines go on to the file that was moved away`);
    }
  }
}

import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError } from '../../http/errors.ts';
import { getLogger } from '../../log.ts';

/** What both libraries have in common and the stores use. */
export interface Database {
  prepare(sql: string): Statement;
  exec(sql: string): unknown;
  close(): unknown;
}

export interface Statement {
  /** Rows as arrays of columns. */
  raw(): this;
  /** A Buffer must not be the only parameter: libsql takes it for named ones, and ends the process. */
  get(...parameters: unknown[]): unknown;
  all(...parameters: unknown[]): unknown[];
  run(...parameters: unknown[]): unknown;
}

interface DatabaseOptions {
  readonly readonly?: boolean;
  /** Milliseconds to wait, at once, for a lock that another process holds. */
  readonly timeout?: number;
}

type DatabaseConstructor = new (path: string, options?: DatabaseOptions) => Database;

const log = getLogger('mapgate.sqlite');
const requireModule = createRequire(import.meta.url);

/** By preference: the first is faster, the second has its binary in the package and needs no compiler. */
const LIBRARIES = ['better-sqlite3', 'libsql'] as const;

let library: DatabaseConstructor | undefined;

/**
 * Opens an SQLite database, which is created where it is not there, with whichever library loads.
 *
 * @throws ConfigError when none does; the library's error when the file cannot be opened
 */
export function openDatabase(path: string, options: DatabaseOptions = {}): Database {
  library ??= loadLibrary();
  return new library(path, { timeout: BLOCKING_MILLISECONDS, ...options });
}

/** How long a call may hold up everything else in this process while another process writes. */
const BLOCKING_MILLISECONDS = 50;
const RETRY_MILLISECONDS = 10;

/**
 * Does something with a database that another process may have locked: at once where it is free, else as soon as it is.
 *
 * @param timeout seconds
 * @throws the library's error when it is not free in time
 */
export function onceFree<Result>(timeout: number, work: () => Result): Result | Promise<Result> {
  try {
    return work();
  } catch (error) {
    if (!isBusy(error)) throw error;
    return retry(performance.now() + timeout * 1000, work);
  }
}

async function retry<Result>(deadline: number, work: () => Result): Promise<Result> {
  for (;;) {
    await sleep(RETRY_MILLISECONDS);
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= deadline) throw error;
    }
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY');
}

function loadLibrary(): DatabaseConstructor {
  const failures: string[] = [];
  for (const name of LIBRARIES) {
    try {
      const Library = requireModule(name) as DatabaseConstructor;
      // The binary is only looked for when a database is opened.
      new Library(':memory:').close();
      log.info(`SQLite by ${name}${failures.length === 0 ? '' : ` (${failures.join('; ')})`}`);
      return Library;
    } catch (error) {
      const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
      failures.push(`${name} does not load: ${reason}`);
    }
  }
  throw new ConfigError(`no library for SQLite: ${failures.join('; ')}`);
}

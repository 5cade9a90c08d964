import { randomBytes } from 'node:crypto';
import { type BigIntStats, chmodSync, chownSync, lstatSync, renameSync, unlinkSync } from 'node:fs';
import { createConnection } from 'node:net';
import { basename, dirname, join } from 'node:path';

/** sockaddr_un.sun_path holds 108 bytes with the closing zero (Linux; the BSDs and macOS hold 104). */
const MAX_PATH_BYTES = process.platform === 'linux' ? 107 : 103;

/** Length of the random end of a temporary name. */
const RANDOM_CHARACTERS = 6;

/** While it has its final owner and mode not yet, a socket is for its maker alone. */
const PRIVATE_UMASK = 0o177;

/** A socket that takes longer to refuse belongs to a live server whose backlog is full. */
const PROBE_MILLISECONDS = 2000;

/** Where a unix socket goes and who may connect. */
export interface UnixSocketPlace {
  readonly path: string;
  /** Permission bits; default: as the process' umask says. */
  readonly mode?: number;
  readonly owner?: number;
  readonly group?: number;
}

/** A socket file that this process made. */
export interface UnixSocketFile {
  /** Removes the file, unless another server has put its own in its place. */
  remove(): void;
}

/** Errors of sockets carry a code, as those of Node itself do. */
export function socketError(code: string, message: string): NodeJS.ErrnoException {
  return Object.assign(new Error(message), { code });
}

/**
 * Makes a unix socket with `bind`, which gets a temporary path and must bind it before it returns (it may finish later). The socket gets its
 * owner and mode there and is then renamed to its place: nobody connects before they are right, a stale file is
 * replaced in one step, and libuv, which removes the path it bound when the handle closes, finds nothing to remove (so
 * that a file can outlive us, and a successor's file is safe from us).
 *
 * @throws Error with code EADDRINUSE (a server answers there), ENOTSOCK (a file of another kind is there), ENAMETOOLONG,
 *   or what the file system says
 */
export async function placeUnixSocket<T extends { close(): unknown }>(
  place: UnixSocketPlace,
  bind: (temporaryPath: string) => T | Promise<T>,
): Promise<{ bound: T; file: UnixSocketFile }> {
  const { path } = place;
  const length = Buffer.byteLength(path);
  if (length > MAX_PATH_BYTES) {
    throw socketError('ENAMETOOLONG', `the socket path '${path}' has ${length} bytes; at most ${MAX_PATH_BYTES} fit`);
  }
  await assertFree(path);
  const temporary = temporaryName(path);
  const umask = new Umask(PRIVATE_UMASK);
  let binding: T | Promise<T>;
  try {
    binding = bind(temporary);
  } finally {
    umask.restore();
  }
  const bound = await binding;
  const { owner = -1, group = -1, mode = 0o777 & ~umask.before } = place;
  try {
    if (owner !== -1 || group !== -1) chownSync(temporary, owner, group);
    chmodSync(temporary, mode);
    renameSync(temporary, path);
  } catch (error) {
    bound.close();
    removeIfThere(temporary);
    throw error;
  }
  return { bound, file: ownedFile(path) };
}

/** The umask belongs to the process, and a worker thread may read but not set it: its sockets are private by chmod. */
class Umask {
  readonly before: number;
  readonly #set: boolean;

  constructor(mask: number) {
    let set = true;
    try {
      this.before = process.umask(mask);
    } catch {
      set = false;
      this.before = process.umask();
    }
    this.#set = set;
  }

  restore(): void {
    if (this.#set) process.umask(this.before);
  }
}

async function assertFree(path: string): Promise<void> {
  const found = statOrNull(path);
  if (found === null) return;
  if (!found.isSocket()) throw socketError('ENOTSOCK', `'${path}' exists and is not a socket; it is left alone`);
  if (await answers(path)) throw socketError('EADDRINUSE', `the socket '${path}' is in use by a running server`);
}

/** Whether a server accepts on the socket. A refusal means that its server is gone. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = createConnection({ path });
    probe.setTimeout(PROBE_MILLISECONDS, () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', (error: NodeJS.ErrnoException) => {
      // EAGAIN: the backlog is full. EPROTOTYPE: a datagram socket. Both have a process behind them.
      if (error.code === 'EAGAIN' || error.code === 'EPROTOTYPE') resolve(true);
      else if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve(false);
      else reject(socketError(error.code ?? 'EADDRINUSE', `cannot tell whether '${path}' is in use: ${error.message}`));
    });
  });
}

/** A name beside the final one (a rename stays within a file system) that fits the address as well as that does. */
function temporaryName(path: string): string {
  const directory = dirname(path);
  const room = MAX_PATH_BYTES - Buffer.byteLength(join(directory, 'x')) + 1;
  const random = randomBytes(RANDOM_CHARACTERS).toString('hex').slice(0, Math.min(RANDOM_CHARACTERS, room));
  const readable = `${basename(path)}.${random}`;
  return join(directory, Buffer.byteLength(readable) <= room ? readable : random);
}

function ownedFile(path: string): UnixSocketFile {
  const ours = statOrNull(path);
  return {
    remove() {
      const found = statOrNull(path);
      if (found && ours && sameFile(found, ours)) removeIfThere(path);
    },
  };
}

/** Inode numbers are used again, so the time of birth counts as well. */
function sameFile(a: BigIntStats, b: BigIntStats): boolean {
  return a.ino === b.ino && a.dev === b.dev && a.birthtimeNs === b.birthtimeNs;
}

function statOrNull(path: string): BigIntStats | null {
  return lstatSync(path, { bigint: true, throwIfNoEntry: false }) ?? null;
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}

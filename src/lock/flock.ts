import { createRequire } from 'node:module';
import { getLogger } from '../log.ts';

const log = getLogger('mapgate.lock');

/** LOCK_EX | LOCK_NB of sys/file.h, the same on every system that has flock. */
const EXCLUSIVE_AT_ONCE = 2 | 4;

/** Set to 1: locks are as on a machine where the library cannot be loaded. */
const NO_FLOCK = 'MAPGATE_NO_FLOCK';

/** Locks the open file for as long as its descriptor is open; false: somebody else has it locked. */
export type TryFlock = (descriptor: number) => boolean;

/** What is used of koffi. */
interface Koffi {
  load(path: null): { func(prototype: string): (descriptor: number, operation: number) => number };
  errno(): number;
  readonly os: { readonly errno: Readonly<Record<string, number>> };
}

let loaded: TryFlock | undefined | null = null;

/**
 * flock(2), which Node does not have, by which MapProxy locks files: of the C library that the process runs on anyway,
 * so that no compiler is needed. Undefined where there is none; that is said once.
 */
export function flock(): TryFlock | undefined {
  if (loaded === null) {
    const found = load();
    loaded = typeof found === 'string' ? undefined : found;
    if (typeof found === 'string') {
      log.warn(`${found}: a MapProxy that fills the same caches is not kept from fetching the same tiles`);
    }
  }
  return loaded;
}

/** The reason where there is none. */
function load(): TryFlock | string {
  if (process.env[NO_FLOCK] === '1') return `${NO_FLOCK} is set`;
  if (process.platform === 'win32') return 'no flock on Windows';
  try {
    const koffi = createRequire(import.meta.url)('koffi') as Koffi;
    const call = koffi.load(null).func('int flock(int descriptor, int operation)');
    return (descriptor) => {
      if (call(descriptor, EXCLUSIVE_AT_ONCE) === 0) return true;
      const errno = koffi.errno();
      if (errno === koffi.os.errno.EWOULDBLOCK || errno === koffi.os.errno.EINTR) return false;
      throw new Error(`flock failed with errno ${errno}`);
    };
  } catch (error) {
    const [line = ''] = String(error instanceof Error ? error.message : error).split('\n');
    return `koffi does not load (${line})`;
  }
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Listen } from './deployment.ts';
import type { SocketHeirloom } from './sockets.ts';
import type { Inheritance } from './supervisor.ts';

/** Tells a supervisor what its predecessor left it. */
const VARIABLE = 'MAPGATE_INHERITANCE';

/** Descriptors of a successor: 0 to 2, the channel to its predecessor, then the sockets. */
const FIRST_SOCKET_FD = 4;

/** Milliseconds a successor may take until it serves. */
const START_TIMEOUT = 150_000;

interface Written {
  readonly heirlooms: readonly SocketHeirloom[];
  /** What the service manager handed over to the first process. */
  readonly handedOver: readonly Listen[];
}

type Report = { readonly type: 'ready' } | { readonly type: 'failed'; readonly message: string };

/**
 * Starts the program anew, as it is now on disk, with the arguments of this process and its sockets.
 *
 * @returns its process id, once it serves
 * @throws Error that says why it does not
 */
export async function startSuccessor(
  { heirlooms, descriptors }: Inheritance,
  handedOver: readonly Listen[],
): Promise<number> {
  const written: Written = { heirlooms, handedOver };
  const { WATCHDOG_PID: _, ...environment } = process.env;
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc', ...descriptors],
    env: { ...environment, [VARIABLE]: JSON.stringify(written) },
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), START_TIMEOUT);
  try {
    const report = await Promise.race([
      once(child, 'message').then(([message]: Report[]) => message),
      once(child, 'exit').then(([code, signal]) => ended(signal ?? `code ${code}`)),
    ]);
    if (report?.type !== 'ready') throw new Error(report?.message ?? 'it says nothing');
    child.disconnect();
    child.unref();
    return child.pid ?? 0;
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function ended(how: string): Report {
  return { type: 'failed', message: `it ended with ${how} before it served` };
}

/** What the process before left to this one; undefined where there was none. Can be read once. */
export function readInheritance(): { inheritance: Inheritance; handedOver: readonly Listen[] } | undefined {
  const text = process.env[VARIABLE];
  delete process.env[VARIABLE];
  if (text === undefined || process.send === undefined) return undefined;
  const { heirlooms, handedOver } = JSON.parse(text) as Written;
  return { inheritance: { heirlooms, descriptors: heirlooms.map((_, index) => FIRST_SOCKET_FD + index) }, handedOver };
}

/** Tells the process before how it went. Resolves when it is told, or when there is none. */
export async function tellPredecessor(failure?: string): Promise<void> {
  if (process.send === undefined || !process.connected) return;
  const report: Report = failure === undefined ? { type: 'ready' } : { type: 'failed', message: failure };
  await new Promise<void>((resolve) => process.send?.(report, () => resolve()));
  if (process.connected) process.disconnect();
}

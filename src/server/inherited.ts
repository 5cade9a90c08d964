import { readFileSync, readlinkSync } from 'node:fs';
import { openApplication } from '../app/open.ts';
import { getLogger } from '../log.ts';
import type { Deployment } from './deployment.ts';
import { leaveDescriptorZero } from './descriptor-zero.ts';
import { Gateways } from './gateways.ts';

const log = getLogger('mapgate.server');

/** FCGI_LISTENSOCK_FILENO: where a process manager leaves the listening socket (FastCGI 1.0 section 2.2). */
export const LISTENSOCK_FILENO = 0;

/** __SO_ACCEPTCON in the flags of /proc/net/unix. */
const UNIX_LISTENING = 0x10000;
/** TCP_LISTEN in the state column of /proc/net/tcp. */
const TCP_LISTENING = '0A';

/**
 * Whether a descriptor is a listening socket: then this process was started by a web server or process manager
 * (mod_fcgid, lighttpd bin-path, spawn-fcgi). Node cannot ask SO_ACCEPTCONN; Linux tells it in /proc.
 */
export function isListening(fd: number): boolean {
  const inode = /^socket:\[(\d+)\]$/.exec(linkOf(fd))?.[1];
  if (inode === undefined) return false;
  const unix = tableRows('/proc/net/unix').some(
    (row) => row[6] === inode && (Number.parseInt(row[3] ?? '', 16) & UNIX_LISTENING) !== 0,
  );
  if (unix) return true;
  return ['/proc/net/tcp', '/proc/net/tcp6'].some((table) =>
    tableRows(table).some((row) => row[9] === inode && row[3] === TCP_LISTENING),
  );
}

function linkOf(fd: number): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return '';
  }
}

function tableRows(file: string): string[][] {
  try {
    const lines = readFileSync(file, 'utf8').split('\n');
    return lines.slice(1).map((line) => line.trim().split(/\s+/));
  } catch {
    return [];
  }
}

/**
 * Serves the socket on descriptor 0 in this very process: whoever started it keeps the socket and counts the processes.
 * Resolves when it was told to stop (TERM, INT, or USR1 as mod_fastcgi sends it) and nothing is in flight.
 */
export async function serveInherited(deployment: Deployment): Promise<void> {
  const stopped = new Promise<NodeJS.Signals>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGUSR1'] as const) process.on(signal, resolve);
  });
  const opened = await openApplication(deployment.app);
  const gateways = new Gateways(opened, deployment);
  await gateways.listen({ protocol: 'fastcgi' }, { fd: LISTENSOCK_FILENO });
  if (gateways.responder !== undefined) leaveDescriptorZero(gateways.responder);
  log.info({ transport: gateways.responder?.transport }, 'serving the socket on descriptor 0');
  log.info(`stopping on ${await stopped}`);
  await gateways.close(deployment.workers.drainTimeout * 1000);
  await opened.close();
}

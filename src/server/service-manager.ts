import { execFile } from 'node:child_process';
import { getLogger } from '../log.ts';
import type { Listen, Protocol } from './deployment.ts';

/**
 * What systemd and a service tell each other: sd_listen_fds(3), sd_notify(3), sd_watchdog_enabled(3). Node has no datagram
 * sockets of the unix kind, hence its messages are sent by the program systemd-notify, which needs `NotifyAccess=all`.
 */

const log = getLogger('mapgate.server');

/** SD_LISTEN_FDS_START. */
const FIRST_FD = 3;

const PROTOCOLS: Readonly<Record<string, Protocol>> = { fastcgi: 'fastcgi', http: 'http', scgi: 'scgi', ajp: 'ajp' };

/** Milliseconds that a message may take: the manager may be busy. */
const NOTIFY_TIMEOUT = 10_000;

/**
 * Sockets that the service manager hands over: FastCGI, where their names (`FileDescriptorName=`) do not say another
 * protocol. Can be read once: processes started from here must not take them for theirs.
 */
export function takeHandedOver(environment: NodeJS.ProcessEnv = process.env): Listen[] {
  const { LISTEN_PID: pid, LISTEN_FDS: count, LISTEN_FDNAMES: names = '' } = environment;
  for (const name of ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES']) delete environment[name];
  if (count === undefined || Number(pid) !== process.pid) return [];
  const protocols = names.split(':').map((name) => PROTOCOLS[name] ?? 'fastcgi');
  return Array.from({ length: Number(count) }, (_, index) => ({
    protocol: protocols[index] ?? 'fastcgi',
    address: { kind: 'fd', fd: FIRST_FD + index },
  }));
}

/** The service manager that started this process, if one did. */
export class ServiceManager {
  readonly #isThere = process.env.NOTIFY_SOCKET !== undefined;
  #sent: Promise<void> = Promise.resolve();
  #watchdog: NodeJS.Timeout | undefined;
  #hasFailed = false;

  /** Sends assignments, as `READY=1`, after those before. Never rejects. */
  notify(...assignments: string[]): Promise<void> {
    if (!this.#isThere) return Promise.resolve();
    this.#sent = this.#sent.then(() => this.#send(assignments));
    return this.#sent;
  }

  /** A reload begins (Type=notify-reload). */
  notifyReloading(): Promise<void> {
    return this.notify('RELOADING=1', `MONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`, 'STATUS=reloading');
  }

  /** Tells twice as often as the manager wants it that the service is alive, as long as `isAlive` says so. */
  startWatchdog(isAlive: () => boolean): void {
    const { WATCHDOG_USEC: interval, WATCHDOG_PID: pid } = process.env;
    if (!this.#isThere || interval === undefined || (pid !== undefined && Number(pid) !== process.pid)) return;
    this.#watchdog = setInterval(() => {
      if (isAlive()) void this.notify('WATCHDOG=1');
    }, Number(interval) / 2000);
    this.#watchdog.unref();
  }

  stopWatchdog(): void {
    clearInterval(this.#watchdog);
  }

  #send(assignments: readonly string[]): Promise<void> {
    return new Promise((resolve) => {
      execFile('systemd-notify', assignments, { timeout: NOTIFY_TIMEOUT }, (error) => {
        if (error !== null && !this.#hasFailed) {
          this.#hasFailed = true;
          log.warn(`the service manager cannot be told of the state: ${error.message.trim()}`);
        }
        resolve();
      });
    });
  }
}

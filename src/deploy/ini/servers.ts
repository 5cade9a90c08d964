import { isIP } from 'node:net';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { type Address, parseAddress } from '../../server/address.ts';
import type { Listen, Protocol } from '../../server/deployment.ts';
import type { WrittenWorkerSettings } from '../workers.ts';
import type { Option, Options } from './file.ts';
import { type IniProblems, isTrue } from './problems.ts';
import type { Resolved } from './resolve.ts';

/** What a [server:...] section says. */
export interface IniServer {
  readonly listen: readonly Listen[];
  readonly workers: WrittenWorkerSettings;
  readonly mount: string | null;
}

interface ServerKind {
  readonly protocol: Protocol;
  /** Serves one request a process at a time, in `maxChildren` processes. */
  readonly isForking: boolean;
  /** Null: it needs a socket or a host. */
  readonly defaultAddress: { readonly host: string; readonly port: string } | null;
}

/** `egg:Flup#fcgi_fork` and its like; Paste Script has the same under other names. */
const FLUP = /^(?:flup#|pastescript#flup_)(fcgi|scgi|ajp)(?:_(thread|fork))?$/;

const LOOPBACK = '127.0.0.1';

/** What Flup listens on where nothing is said. */
const FLUP_ADDRESSES = {
  fcgi: null,
  scgi: { host: LOOPBACK, port: '4000' },
  ajp: { host: LOOPBACK, port: '8009' },
} as const;

function kindOf(name: string): ServerKind | undefined {
  if (name === 'paste#http') {
    return { protocol: 'http', isForking: false, defaultAddress: { host: LOOPBACK, port: '8080' } };
  }
  const [, protocol, method] = FLUP.exec(name) ?? [];
  if (protocol !== 'fcgi' && protocol !== 'scgi' && protocol !== 'ajp') return undefined;
  return {
    protocol: protocol === 'fcgi' ? 'fastcgi' : protocol,
    isForking: method === 'fork',
    defaultAddress: FLUP_ADDRESSES[protocol],
  };
}

/** Flup's children when nothing is said. */
const FLUP_MAX_CHILDREN = 50;

const COMMON_OPTIONS = ['host', 'port', 'socket', 'umask', 'scriptName', 'allowedServers', 'debug', 'multiplexed'];
const POOL_OPTIONS = ['maxChildren', 'maxRequests'];
/** Of a pool that grows and shrinks, which workers here do not. */
const INERT_OPTIONS = ['minSpare', 'maxSpare', 'maxThreads', 'forceCGI', 'bindAddress', 'timeout'];
const HTTP_OPTIONS = [
  ...['socket_timeout', 'use_threadpool', 'threadpool_workers', 'threadpool_options', 'request_queue_size'],
  ...['daemon_threads', 'protocol_version', 'server_version', 'start_loop', 'handler'],
];
const TLS_OPTIONS = ['ssl_pem', 'ssl_context'];

/** Undefined: there is no such server here, and the problems say so. */
export function serverOf(resolved: Resolved, problems: IniProblems): IniServer | undefined {
  const { what, local, place } = resolved;
  if (what.kind !== 'factory') return undefined;
  const kind = kindOf(what.factory.name);
  if (kind === undefined) {
    const known = 'egg:Flup#fcgi, #scgi, #ajp (also _fork, _thread) and egg:Paste#http';
    return problems.error(what.factory.place, `there is no server ${what.factory.written} here; there are ${known}`);
  }
  checkOptions(kind, local, problems);
  const address = addressOf(kind, local, problems);
  const mode = modeOf(local.get('umask'), problems);
  const isAddressed = ['socket', 'host', 'port'].some((name) => local.has(name));
  if (!isAddressed && kind.defaultAddress === null) {
    problems.warning(place, 'names neither socket nor host: what a web server starts is served, else var/fcgi-socket');
  }
  const listen: Listen[] = [];
  if (address !== undefined) {
    const isUnix = address.kind === 'unix';
    listen.push({ protocol: kind.protocol, address, ...(isUnix && mode !== undefined ? { mode } : {}) });
  }
  return {
    listen,
    workers: kind.isForking ? poolOf(local, problems) : {},
    mount: local.get('scriptName')?.text ?? null,
  };
}

function checkOptions(kind: ServerKind, local: Options, problems: IniProblems): void {
  const inert = kind.protocol === 'http' ? HTTP_OPTIONS : INERT_OPTIONS;
  problems.unknown(local, [...COMMON_OPTIONS, ...POOL_OPTIONS, ...inert, ...TLS_OPTIONS]);
  for (const [name, { place, text }] of local) {
    if (TLS_OPTIONS.includes(name)) {
      problems.error(place, `'${name}': this server does not speak TLS; let the web server do it`);
    } else if (inert.includes(name) || (name === 'debug' && isTrue(text))) {
      problems.warning(place, `'${name}' has no effect here`);
    } else if (POOL_OPTIONS.includes(name) && !kind.isForking) {
      problems.warning(place, `'${name}' is for servers that fork`);
    }
  }
  const isRestricting = kind.protocol === 'scgi' || kind.protocol === 'ajp';
  const host = local.get('host');
  if (isRestricting && host !== undefined && !isLoopback(host.text)) {
    const message = `${kind.protocol} on ${host.text} is open to whoever reaches it: allowedServers is not enforced`;
    problems.warning(local.get('allowedServers')?.place ?? host.place, message);
  }
}

function addressOf(kind: ServerKind, local: Options, problems: IniProblems): Address | undefined {
  const socket = local.get('socket');
  const host = local.get('host');
  const port = local.get('port');
  if (socket !== undefined) {
    if (host !== undefined || port !== undefined) {
      return problems.error(socket.place, "needs either 'socket' or 'host' and 'port'");
    }
    return { kind: 'unix', path: resolve(socket.text) };
  }
  if (host === undefined && kind.defaultAddress === null) {
    return port === undefined ? undefined : problems.error(port.place, "'port' needs 'host'");
  }
  // Paste takes `host = 0.0.0.0:8080` too.
  const [, name = '', own] = /^(.*?)(?::(\d+))?$/.exec(host?.text.trim() ?? '') ?? [];
  const portText = port?.text ?? own ?? kind.defaultAddress?.port;
  if (portText === undefined) return problems.error(host?.place ?? { file: '' }, "'port' is missing");
  const hostText = isIP(host?.text.trim() ?? '') === 6 ? `[${host?.text.trim()}]` : name || LOOPBACK;
  return parsed(`${hostText}:${portText.trim()}`, (port ?? host)?.place, problems);
}

function parsed(text: string, place: Option['place'] | undefined, problems: IniProblems): Address | undefined {
  try {
    return parseAddress(text);
  } catch (error) {
    return problems.error(place ?? { file: '' }, error instanceof Error ? error.message : String(error));
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

/** Permissions of the socket file: those that the umask leaves. */
function modeOf(umask: Option | undefined, problems: IniProblems): number | undefined {
  if (umask === undefined) return undefined;
  if (!/^[0-7]{1,4}$/.test(umask.text)) {
    return problems.error(umask.place, `expected an octal umask as 002, got ${JSON.stringify(umask.text)}`);
  }
  return 0o777 & ~Number.parseInt(umask.text, 8);
}

/**
 * A worker here serves many requests at a time and stands for several of Flup's children: there are no more of them than
 * cores, and each lives through as many requests as the children in whose place it stands.
 */
function poolOf(local: Options, problems: IniProblems): WrittenWorkerSettings {
  const maxChildren = wholeNumber(local.get('maxChildren'), problems) ?? FLUP_MAX_CHILDREN;
  const maxRequests = wholeNumber(local.get('maxRequests'), problems) ?? 0;
  const count = Math.max(1, Math.min(maxChildren, availableParallelism()));
  return { count, recycle_after: maxRequests * Math.ceil(maxChildren / count) };
}

function wholeNumber(option: Option | undefined, problems: IniProblems): number | undefined {
  if (option === undefined) return undefined;
  if (/^\d+$/.test(option.text)) return Number(option.text);
  return problems.error(option.place, `expected a whole number, got ${JSON.stringify(option.text)}`);
}

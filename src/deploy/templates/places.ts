import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ConfigError } from '../../http/errors.ts';
import { type Address, parseAddress } from '../../server/address.ts';
import type { Protocol } from '../../server/deployment.ts';
import { checkTarget } from '../target.ts';
import type { TemplateOptions } from './contract.ts';

/** What stands in a web server's configuration for the placeholders of conf-examples/README.md. */
export interface Places {
  /** The project folder: /srv/mapgate in the examples. */
  readonly project: string;
  /** What is served: /srv/mapgate/mapgate.yaml in the examples. */
  readonly target: string;
  /** Where Mapgate is reached. */
  readonly address: Exclude<Address, { kind: 'fd' }>;
  /** `/mapproxy`, or '' for the root of the host. */
  readonly mount: string;
  /** What runs Mapgate: /usr/local/bin/mapgate in the examples. */
  readonly command: string;
  readonly serverName: string;
}

const DEFAULT_MOUNT = '/mapproxy';
const DEFAULT_SERVER_NAME = 'maps.example.org';
const DEFAULT_COMMAND = ['/usr/local/bin/mapgate'];

/** Where each protocol is looked for when neither --socket nor a deployment file says it; paths are the project's. */
const DEFAULT_ADDRESS: Readonly<Record<Protocol, string>> = {
  fastcgi: 'unix:var/fcgi-socket',
  scgi: 'unix:var/scgi-socket',
  ajp: '127.0.0.1:9000',
  http: '127.0.0.1:8080',
};

/**
 * The places of a project: what the command line says, else what its mapgate.yaml says, else the usual.
 *
 * @param protocol by which the web server is to reach Mapgate
 * @throws ConfigError for what cannot stand in the configuration of every web server
 */
export function placesOf(options: TemplateOptions, protocol: Protocol): Places {
  const project = options.mapproxyConf === undefined ? process.cwd() : dirname(options.mapproxyConf);
  const file = join(project, 'mapgate.yaml');
  const deployment = existsSync(file) ? checkTarget(file).deployment : undefined;
  const address =
    options.socket === undefined
      ? (deployment?.listen.find((listen) => listen.protocol === protocol)?.address ??
        addressOf(DEFAULT_ADDRESS[protocol], project))
      : addressOf(options.socket, process.cwd());
  return {
    project: plain(project, 'the project folder'),
    target: plain(options.mapproxyConf ?? file, 'the configuration'),
    address: reachable(address),
    mount: mountOf(options.mount ?? deployment?.mount ?? DEFAULT_MOUNT),
    command: (options.command ?? DEFAULT_COMMAND).map((word) => plain(word, 'the command')).join(' '),
    serverName: serverNameOf(options.serverName ?? DEFAULT_SERVER_NAME),
  };
}

/**
 * Nine web servers quote in nine ways, and some not at all (`split` of Caddy, FastCGIExternalServer). What none of them
 * takes for anything else stands unquoted everywhere.
 */
const PLAIN_PATH = /^[\p{L}\p{N}/._@+~-]+$/u;

function plain(path: string, what: string): string {
  const odd = [...path].find((character) => !PLAIN_PATH.test(character));
  if (odd === undefined) return path;
  throw new ConfigError(
    `${what} is ${JSON.stringify(path)}: ${JSON.stringify(odd)} cannot stand in the configuration of every web server. ` +
      'Use a path of letters, digits and . _ @ + ~ -; a symbolic link will do',
  );
}

function mountOf(mount: string): string {
  if (mount === '/' || mount === '') return '';
  if (/^(?:\/[\w.~-]+)+$/.test(mount)) return mount;
  throw new ConfigError(`the mount ${JSON.stringify(mount)} is not a path as /mapproxy, without a slash at its end`);
}

function serverNameOf(name: string): string {
  if (/^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(name)) return name;
  throw new ConfigError(`the server name ${JSON.stringify(name)} is not the name of a host, as maps.example.org`);
}

function addressOf(text: string, base: string): Address {
  try {
    const address = parseAddress(text);
    return address.kind === 'unix' ? { kind: 'unix', path: resolve(base, address.path) } : address;
  } catch (error) {
    throw new ConfigError(`--socket: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Addresses that mean every interface, to listen on; from the same machine they are reached by the loopback. */
const EVERY_INTERFACE = new Set(['0.0.0.0', '::', '*']);

function reachable(address: Address): Places['address'] {
  if (address.kind === 'fd') throw new ConfigError('a descriptor is no address to connect to: --socket says one');
  if (address.kind === 'unix') return { kind: 'unix', path: plain(address.path, 'the socket') };
  if (EVERY_INTERFACE.has(address.host)) return { ...address, host: '127.0.0.1' };
  if (/^[\w.-]+$/.test(address.host)) return address;
  throw new ConfigError(`${address.host} cannot stand in the configuration of every web server: use a name or IPv4`);
}

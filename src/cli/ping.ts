import {
  FcgiClient,
  type FcgiClientAddress,
  MAX_CONNS,
  MAX_REQS,
  MPXS_CONNS,
  ProtocolStatus,
} from '@mapgate/fastcgi-kit';
import { Command, InvalidArgumentError } from 'commander';
import { ConfigError } from '../http/errors.ts';
import { type Address, parseAddress } from '../server/address.ts';

/** Seconds to wait for an answer, unless --timeout says else. */
const DEFAULT_TIMEOUT = 10;

/** `mapgate ping ADDR [URI]`: asks a FastCGI responder, ours or another, as a web server would. */
export function pingCommand(): Command {
  return new Command('ping')
    .description('ask a FastCGI responder: what it can (GET_VALUES), or for a URI')
    .argument('<addr>', 'unix:PATH, HOST:PORT or :PORT')
    .argument('[uri]', 'request to make, as /demo/')
    .option('--timeout <seconds>', 'how long to wait', secondsOf, DEFAULT_TIMEOUT)
    .option('--body', 'write the body of the answer to standard output')
    .addHelpText('after', '\nExit code: 0 answered, 1 no answer or one of 500 and above, 2 wrong usage.')
    .action(ping);
}

function secondsOf(text: string): number {
  const seconds = Number(text);
  if (!(seconds > 0)) throw new InvalidArgumentError('must be a number of seconds above 0.');
  return seconds;
}

async function ping(addr: string, uri: string | undefined, flags: { timeout: number; body?: true }): Promise<void> {
  const address = clientAddress(addr);
  const timer = setTimeout(() => {
    process.stderr.write(`mapgate: no answer from ${addr} within ${flags.timeout} s\n`);
    process.exit(1);
  }, flags.timeout * 1000);
  try {
    const client = await FcgiClient.connect(address);
    await (uri === undefined ? askValues(client, addr) : askUri(client, addr, uri, flags.body === true));
    client.close();
  } catch (error) {
    process.stderr.write(`mapgate: ${addr}: ${reasonOf(error)}\n`);
    process.exitCode = 1;
  } finally {
    clearTimeout(timer);
  }
}

/** @throws ConfigError for what is no address that can be asked */
function clientAddress(addr: string): FcgiClientAddress {
  const address = addressOf(addr);
  if (address.kind === 'fd') throw new ConfigError('a descriptor cannot be asked; name a socket or HOST:PORT');
  return address.kind === 'unix' ? { path: address.path } : { host: address.host, port: address.port };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code = '' } = error as NodeJS.ErrnoException;
  return CONNECT_PROBLEMS[code] ?? error.message;
}

const CONNECT_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such socket: nothing serves there',
  ECONNREFUSED: 'nothing serves there (connection refused)',
  EACCES: 'this account may not connect there (see mode, owner and group of the socket)',
};

function addressOf(addr: string): Address {
  try {
    return parseAddress(addr);
  } catch (error) {
    throw new ConfigError(error instanceof Error ? error.message : String(error));
  }
}

async function askValues(client: FcgiClient, addr: string): Promise<void> {
  const begun = performance.now();
  const values = await client.getValues([MAX_CONNS, MAX_REQS, MPXS_CONNS]);
  const told = [...values].map(([name, value]) => `${name}=${value}`).join(' ');
  process.stderr.write(`${addr}: ${told} (${elapsed(begun)})\n`);
}

async function askUri(client: FcgiClient, addr: string, uri: string, withBody: boolean): Promise<void> {
  const begun = performance.now();
  const query = uri.indexOf('?');
  const answer = await client
    .request({
      params: {
        REQUEST_METHOD: 'GET',
        REQUEST_URI: uri,
        SCRIPT_NAME: '',
        PATH_INFO: decodeURI(query === -1 ? uri : uri.slice(0, query)),
        QUERY_STRING: query === -1 ? '' : uri.slice(query + 1),
        SERVER_PROTOCOL: 'HTTP/1.1',
        GATEWAY_INTERFACE: 'CGI/1.1',
        HTTP_HOST: 'localhost',
      },
    })
    .collect();
  if (answer.protocolStatus !== ProtocolStatus.REQUEST_COMPLETE) {
    throw new Error(`the request was refused with protocol status ${answer.protocolStatus}`);
  }
  const { status, headers, body } = answer.parse();
  process.stderr.write(`${addr}: ${status}, ${body.length} bytes (${elapsed(begun)})\n`);
  for (const [name, value] of headers) process.stderr.write(`  ${name}: ${value}\n`);
  if (answer.stderr !== '') process.stderr.write(`  stderr: ${answer.stderr}\n`);
  if (withBody) process.stdout.write(body);
  if (status >= 500) process.exitCode = 1;
}

function elapsed(begun: number): string {
  return `${(performance.now() - begun).toFixed(1)} ms`;
}

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CgiClient } from '../../support/clients/cgi.ts';
import type { ClientAddress, GatewayClient } from '../../support/clients/client.ts';

const HOST = fileURLToPath(new URL('./host.ts', import.meta.url));

/** A gateway that serves the suite's application, and a client that speaks its protocol. */
export interface Subject {
  readonly client: GatewayClient;
  /** All that was logged so far. */
  log(): string;
  /** Tells a server to drain; resolves with its exit code. Null where there is no server. */
  readonly drain: (() => Promise<number | null>) | null;
}

/** A gateway that listens, in a process of its own. */
export async function serverSubject(
  t: TestContext,
  protocol: string,
  clientOf: (address: ClientAddress) => GatewayClient,
): Promise<Subject> {
  const host = fork(HOST, [protocol], { execArgv: ['--import', 'tsx'], stdio: ['ignore', 'inherit', 'pipe', 'ipc'] });
  const exited = once(host, 'exit').then(([code]) => code as number | null);
  t.after(async () => {
    host.kill('SIGKILL');
    await exited;
  });
  let log = '';
  host.stderr?.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  const address = await started(host, exited, () => log);
  return {
    client: clientOf(address),
    log: () => log,
    drain: () => {
      host.send('drain');
      return exited;
    },
  };
}

async function started(host: ChildProcess, exited: Promise<unknown>, log: () => string): Promise<ClientAddress> {
  const told = once(host, 'message').then(([address]) => address as ClientAddress);
  const address = await Promise.race([told, exited.then(() => undefined)]);
  if (address === undefined) throw new Error(`the gateway did not start: ${log()}`);
  return address;
}

/** The CGI gateway: a process for each request. */
export function cgiSubject(): Subject {
  let log = '';
  const client = new CgiClient([process.execPath, '--import', 'tsx', HOST, 'cgi'], (text) => {
    log += text;
  });
  return { client, log: () => log, drain: null };
}

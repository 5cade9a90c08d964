import { Command, InvalidArgumentError } from 'commander';
import { checkDeployment, readTarget, type ServeOptions } from '../deploy/target.ts';
import { isCgi } from '../gateway/cgi/answer.ts';
import { ConfigError } from '../http/errors.ts';
import { configureLogging, getLogger } from '../log.ts';
import { serveCgi } from '../server/cgi.ts';
import type { Deployment, Protocol } from '../server/deployment.ts';
import { isListening, LISTENSOCK_FILENO, serveInherited } from '../server/inherited.ts';
import { Supervisor } from '../server/supervisor.ts';

const log = getLogger('mapgate.server');

/** Each has an option of its name. */
const PROTOCOLS = ['fastcgi', 'http', 'scgi', 'ajp'] as const satisfies Protocol[];

interface Flags {
  readonly fastcgi?: string[];
  readonly http?: string[];
  readonly scgi?: string[];
  readonly ajp?: string[];
  readonly workers?: 'auto' | number;
  readonly mount?: string;
}

/** `mapgate serve [TARGET]`: a supervisor and its workers, until told to stop. */
export function serveCommand(): Command {
  return new Command('serve')
    .description('serve a deployment file (mapgate.yaml, .ini), a mapproxy.yaml, a directory of projects or a module')
    .argument('[target]', 'what to serve', 'mapgate.yaml')
    .option('--fastcgi <addr>', 'listen for FastCGI: unix:PATH, HOST:PORT, :PORT or fd:N; may be repeated', append)
    .option('--http <addr>', 'listen for HTTP; may be repeated', append)
    .option('--scgi <addr>', 'listen for SCGI; may be repeated', append)
    .option('--ajp <addr>', 'listen for AJP 1.3; may be repeated', append)
    .option('--workers <n>', 'worker processes: a number, or auto for one a core', workerCount)
    .option('--mount <path>', 'where the application is mounted, if the web server does not say')
    .addHelpText(
      'after',
      '\nWith no address: FastCGI on var/fcgi-socket. HUP reloads, TERM and INT stop.\nStarted by a web server as a CGI program: answers its one request.',
    )
    .action((target: string, flags: Flags) => serve(target, flags));
}

async function serve(target: string, flags: Flags): Promise<void> {
  const read = () => readTarget(target, serveOptions(flags));
  const deployment = read();
  applyLogging(deployment);
  const addressed = PROTOCOLS.some((protocol) => flags[protocol] !== undefined);
  if (!addressed && isListening(LISTENSOCK_FILENO)) {
    tellWarnings(target);
    await serveInherited(deployment);
    return;
  }
  if (!addressed && isCgi(process.env)) {
    await serveCgi(deployment);
    return;
  }
  tellWarnings(target);
  const supervisor = new Supervisor(read);
  const stopped = stopOnSignal(supervisor);
  process.on('SIGHUP', () => void supervisor.reload());
  const { fallbackReason } = await supervisor.start();
  if (fallbackReason !== null) log.warn(`FastCGI runs in TypeScript, not native: ${fallbackReason}`);
  await stopped;
}

/** What a deployment file asks for and does not get. */
function tellWarnings(target: string): void {
  for (const { message, place } of checkDeployment(target)) log.warn(new ConfigError(message, place).message);
}

function stopOnSignal(supervisor: Supervisor): Promise<void> {
  return new Promise((resolve, reject) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGQUIT'] as const) {
      process.on(signal, () => supervisor.stop().then(resolve, reject));
    }
  });
}

function applyLogging({ log: { level, format, loggers } }: Deployment): void {
  configureLogging({ level, loggers, ...(format === null ? {} : { format }) });
}

function serveOptions(flags: Flags): ServeOptions {
  const listen = PROTOCOLS.flatMap((protocol) => (flags[protocol] ?? []).map((address) => ({ protocol, address })));
  return { listen, workers: flags.workers, mount: flags.mount };
}

function append(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}

function workerCount(value: string): 'auto' | number {
  if (value === 'auto') return 'auto';
  const count = Number(value);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('must be a whole number from 1, or auto.');
  return count;
}

import { Command, InvalidArgumentError } from 'commander';
import { checkDeployment, DEFAULT_TARGET, readTarget, type ServeOptions } from '../deploy/target.ts';
import { isCgi } from '../gateway/cgi/answer.ts';
import { ConfigError } from '../http/errors.ts';
import { configureLogging, getLogger } from '../log.ts';
import { serveCgi } from '../server/cgi.ts';
import type { Protocol } from '../server/deployment.ts';
import { isListening, LISTENSOCK_FILENO, serveInherited } from '../server/inherited.ts';
import { type Beginning, readBeginning, Service } from '../server/run.ts';
import { takeHandedOver } from '../server/service-manager.ts';
import { tellPredecessor } from '../server/successor.ts';

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
  readonly admin?: string;
  readonly pidFile?: string;
}

/** `mapgate serve [TARGET]`: a supervisor and its workers, until told to stop. */
export function serveCommand(): Command {
  return new Command('serve')
    .description('serve a deployment file (mapgate.yaml, .ini), a mapproxy.yaml, a directory of projects or a module')
    .argument('[target]', 'what to serve', DEFAULT_TARGET)
    .option('--fastcgi <addr>', 'listen for FastCGI: unix:PATH, HOST:PORT, :PORT or fd:N; may be repeated', append)
    .option('--http <addr>', 'listen for HTTP; may be repeated', append)
    .option('--scgi <addr>', 'listen for SCGI; may be repeated', append)
    .option('--ajp <addr>', 'listen for AJP 1.3; may be repeated', append)
    .option('--workers <n>', 'worker processes: a number, or auto for one a core', workerCount)
    .option('--mount <path>', 'where the application is mounted, if the web server does not say')
    .option('--admin <addr>', 'status, metrics and work on tiles: unix:PATH, or HOST:PORT of this machine')
    .option('--pid-file <path>', 'where the process id is written')
    .addHelpText(
      'after',
      '\nWith no address: the sockets that systemd hands over, else FastCGI on var/fcgi-socket.\nHUP reloads, TERM stops, INT stops within 5 s, USR1 opens the log again, USR2 upgrades, TTIN and TTOU: one worker more, less.\nStarted by a web server as a CGI program: answers its one request.',
    )
    .action((target: string, flags: Flags) => serve(target, flags));
}

async function serve(target: string, flags: Flags): Promise<void> {
  const beginning = readBeginning(takeHandedOver);
  try {
    await serveWith(target, flags, beginning);
  } catch (error) {
    // A process that this one was to take over from says why it goes on.
    await tellPredecessor(error instanceof Error ? error.message : String(error));
    throw error;
  }
}

async function serveWith(target: string, flags: Flags, beginning: Beginning): Promise<void> {
  const read = () => readTarget(target, { ...serveOptions(flags), handedOver: beginning.handedOver });
  const deployment = read();
  configureLogging({ file: null, ...deployment.log });
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
  await new Service(read, beginning).run();
}

/** What a deployment file asks for and does not get. */
function tellWarnings(target: string): void {
  for (const { message, place } of checkDeployment(target)) log.warn(new ConfigError(message, place).message);
}

function serveOptions(flags: Flags): ServeOptions {
  const listen = PROTOCOLS.flatMap((protocol) => (flags[protocol] ?? []).map((address) => ({ protocol, address })));
  const { workers, mount, admin, pidFile } = flags;
  return { listen, workers, mount, admin, pidFile };
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

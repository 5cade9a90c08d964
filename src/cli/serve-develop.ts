import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { DEFAULT_PROJECT_LIMIT } from '../app/projects.ts';
import { readTarget } from '../deploy/target.ts';
import { workerSettings } from '../deploy/workers.ts';
import { ConfigError } from '../http/errors.ts';
import { configureLogging } from '../log.ts';
import type { Deployment } from '../server/deployment.ts';
import { parseBind } from '../server/develop/bind.ts';
import { exposureWarnings } from '../server/develop/exposure.ts';
import { DevelopmentServer } from '../server/develop/server.ts';
import { PRODUCT, VERSION } from '../version.ts';

interface Flags {
  readonly bind: { readonly host: string; readonly port: number };
  readonly debug?: boolean;
}

/** `mapgate serve-develop TARGET`: for those who write it, until told to stop (row UTIL-03). */
export function serveDevelopCommand(): Command {
  return developCommand('serve-develop')
    .description('serve for development: over HTTP, opened again on every change')
    .argument('<target>', 'a mapproxy.yaml, a deployment file or a module that exports `application`')
    .action((target: string, flags: Flags) => serve(resolve(target), () => readTarget(target, { listen: [] }), flags));
}

/** `mapgate serve-multiapp-develop DIR`: the same for a directory of projects (row UTIL-04). */
export function serveMultiappDevelopCommand(): Command {
  return developCommand('serve-multiapp-develop')
    .description('serve a directory of projects for development')
    .argument('<directory>', 'each name.yaml in it is served at /name/')
    .action((target: string, flags: Flags) => {
      const directory = resolve(target);
      return serve(directory, () => projectsDeployment(directory), flags);
    });
}

function developCommand(name: string): Command {
  return new Command(name)
    .option('-b, --bind <address>', '[HOST:]PORT or HOST to listen on', bindOption, parseBind('127.0.0.1'))
    .option('--debug', 'show failures with their source, and a console to this machine')
    .addHelpText('after', '\nCtrl-C stops.');
}

async function serve(file: string, read: () => Deployment, { bind, debug = false }: Flags): Promise<void> {
  if (!existsSync(file)) throw new ConfigError('no such file', { file });
  const write = (line: string): void => void process.stderr.write(`${line}\n`);
  configureLogging({ format: 'readable' });
  for (const warning of exposureWarnings(bind.host, debug)) write(`WARNING: ${warning}`);
  const server = new DevelopmentServer({ ...bind, debug, files: [file], write, read: () => readably(read()) });
  const stopped = new Promise<void>((done, fail) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGQUIT'] as const)
      process.on(signal, () => server.stop().then(done, fail));
  });
  const url = await server.start();
  write(`${PRODUCT} ${VERSION} serves ${file} for development on ${url}`);
  if (server.pin !== undefined) write(`PIN of the console: ${server.pin}`);
  write('Changes are seen at once; Ctrl-C stops.');
  await stopped;
}

/** The terminal of a developer is read by people, whatever the deployment writes elsewhere. */
function readably(deployment: Deployment): Deployment {
  return { ...deployment, log: { ...deployment.log, format: 'readable' } };
}

function projectsDeployment(directory: string): Deployment {
  return {
    app: { kind: 'projects', directory, allowListing: true, limit: DEFAULT_PROJECT_LIMIT },
    mount: null,
    listen: [],
    workers: workerSettings({}),
    log: { level: 'info', format: null, loggers: {} },
  };
}

function bindOption(text: string): { host: string; port: number } {
  try {
    return parseBind(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { readLogConfig } from '../deploy/log-config.ts';
import { readTarget } from '../deploy/target.ts';
import { ConfigError } from '../http/errors.ts';
import { configureLogging } from '../log.ts';
import type { Deployment } from '../server/deployment.ts';
import { parseBind } from '../server/develop/bind.ts';
import { exposureWarnings } from '../server/develop/exposure.ts';
import { DevelopmentServer } from '../server/develop/server.ts';
import { deploymentSources } from '../server/develop/sources.ts';
import { PRODUCT, VERSION } from '../version.ts';

interface Flags {
  readonly bind: { readonly host: string; readonly port: number };
  readonly debug?: boolean;
  readonly logConfig?: string;
}

/** `mapgate serve-develop TARGET`: for those who write it, until told to stop (row UTIL-03). */
export function serveDevelopCommand(): Command {
  return developCommand('serve-develop')
    .description('serve for development: over HTTP, opened again on every change')
    .argument('<target>', 'what to serve, as for `mapgate serve`')
    .action((target: string, flags: Flags) => serve(target, flags));
}

/** `mapgate serve-multiapp-develop DIR`: the same for a directory of projects (row UTIL-04). */
export function serveMultiappDevelopCommand(): Command {
  return developCommand('serve-multiapp-develop')
    .description('serve a directory of projects for development')
    .argument('<directory>', 'each name.yaml in it is served at /name/')
    .action((directory: string, flags: Flags) => {
      const stat = statSync(directory, { throwIfNoEntry: false });
      if (stat?.isDirectory() !== true) throw new ConfigError('no such directory', { file: directory });
      return serve(directory, flags);
    });
}

function developCommand(name: string): Command {
  return new Command(name)
    .option('-b, --bind <address>', '[HOST:]PORT or HOST to listen on', bindOption, parseBind('8080'))
    .option('--debug', 'show failures with their source, and a console to this machine')
    .option('--log-config <file>', 'levels of loggers, from a logging configuration of Python')
    .addHelpText('after', '\nCtrl-C stops.');
}

async function serve(target: string, { bind, debug = false, logConfig }: Flags): Promise<void> {
  const sources = deploymentSources(target);
  const [file = target] = sources.files;
  if (statSync(file, { throwIfNoEntry: false }) === undefined) throw new ConfigError('no such file', { file });
  const read = (): Deployment => {
    const deployment = readTarget(target, { listen: [] });
    const log = logConfig === undefined ? deployment.log : readLogConfig(resolve(logConfig), deployment.log);
    // The terminal of a developer is read by people, whatever the deployment writes elsewhere.
    const { level, loggers } = log;
    return { ...deployment, log: { level, loggers, format: 'readable' } };
  };
  const write = (line: string): void => void process.stderr.write(`${line}\n`);
  configureLogging({ format: 'readable' });
  for (const warning of exposureWarnings(bind.host, debug)) write(`WARNING: ${warning}`);
  const files = logConfig === undefined ? sources.files : [...sources.files, resolve(logConfig)];
  const server = new DevelopmentServer({ ...bind, debug, sources: { ...sources, files }, write, read });
  const stopped = stopOnSignal(server);
  const url = await server.start();
  write(`${PRODUCT} ${VERSION} serves ${file} for development on ${url}`);
  if (server.pin !== undefined) write(`PIN of the console: ${server.pin}`);
  write('Changes are seen at once; Ctrl-C stops.');
  await stopped;
}

function stopOnSignal(server: DevelopmentServer): Promise<void> {
  return new Promise((done, fail) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGQUIT'] as const) {
      process.on(signal, () => server.stop().then(done, fail));
    }
  });
}

function bindOption(text: string): { host: string; port: number } {
  try {
    return parseBind(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

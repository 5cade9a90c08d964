import { existsSync } from 'node:fs';
import type { Deployment, LogOptions } from '../../server/deployment.ts';
import { defaultListen } from '../listen-entry.ts';
import { type ReadDeployment, resultOf } from '../result.ts';
import { workerSettings } from '../workers.ts';
import { AppBuilder } from './apps.ts';
import type { IniFile, Option } from './file.ts';
import { loggingOf } from './logging.ts';
import { pathOf } from './mapproxy-apps.ts';
import { IniProblems } from './problems.ts';
import { Resolver } from './resolve.ts';
import { findSections } from './sections.ts';
import { type IniServer, serverOf } from './servers.ts';

const MAIN = 'main';

const NO_SERVER: IniServer = { listen: [], workers: {}, mount: null };

/**
 * Reads a Paste Deploy .ini file: what `paster serve` would run, with what cannot be done here as warnings, and as
 * errors where something else would be served, or to other people.
 *
 * @param file absolute
 * @param name the application, as after `#` on the command line; `main` where none is named
 */
export function readIni(file: string, name: string = MAIN): ReadDeployment {
  const problems = new IniProblems();
  const resolver = new Resolver(problems);
  const ini = resolver.file(file);
  const builder = new AppBuilder(resolver, problems);
  const app = builder.build({ ini, name, place: { file } });
  if (app === undefined && problems.list.every(({ severity }) => severity === 'warning')) {
    problems.error({ file }, 'names no application that can be served');
  }
  const server = readServer(resolver, ini, problems);
  const log = readLogging(resolver, ini, builder.logConfs, problems);
  if (app === undefined) return resultOf(undefined, problems.list);
  const deployment: Deployment = {
    app,
    mount: builder.mount ?? server.mount,
    listen: server.listen.length > 0 ? server.listen : [defaultListen(process.cwd())],
    workers: workerSettings(server.workers),
    log,
  };
  return resultOf(deployment, problems.list);
}

function readServer(resolver: Resolver, ini: IniFile, problems: IniProblems): IniServer {
  if (findSections(ini, 'server', MAIN).length === 0) {
    problems.warning(
      { file: ini.file },
      'has no [server:main]; without an address on the command line var/fcgi-socket is served',
    );
    return NO_SERVER;
  }
  const resolved = resolver.resolve('server', { ini, name: MAIN, place: { file: ini.file } });
  return (resolved === undefined ? undefined : serverOf(resolved, problems)) ?? NO_SERVER;
}

/** The file itself may have the sections of a logging configuration; files that applications name come on top. */
function readLogging(resolver: Resolver, ini: IniFile, named: readonly Option[], problems: IniProblems): LogOptions {
  let log = loggingOf(ini, problems);
  for (const option of named) {
    const file = pathOf(option);
    if (existsSync(file)) log = loggingOf(resolver.file(file), problems, log);
    else problems.warning(option.place, `there is no file ${file}`);
  }
  return log;
}

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { AppTarget } from '../../app/open.ts';
import { DEFAULT_PROJECT_LIMIT } from '../../app/projects.ts';
import { existingDirectory, existingFile } from '../files.ts';
import type { Option, Options } from './file.ts';
import { type IniProblems, isTrue } from './problems.ts';
import type { Resolved } from './resolve.ts';

/** `reload_files` names what `paster serve --reload` watches; a reload here reads everything again. */
const APP_OPTIONS = ['mapproxy_conf', 'log_conf', 'reload_files'];

/** The two files that one mapproxy.yaml took the place of in MapProxy 0.9. */
const OPTIONS_OF_08 = ['services_conf', 'proxy_conf'];

/** egg:MapProxy#app: one mapproxy.yaml. */
export function mapproxyApp({ local, place }: Resolved, problems: IniProblems): AppTarget | undefined {
  for (const name of OPTIONS_OF_08) {
    const old = local.get(name);
    if (old !== undefined) {
      return problems.error(
        old.place,
        `'${name}' is of MapProxy 0.8: write a mapproxy.yaml and name it as mapproxy_conf`,
      );
    }
  }
  problems.unknown(local, APP_OPTIONS);
  const conf = local.get('mapproxy_conf');
  if (conf === undefined) return problems.error(place, "'mapproxy_conf' is missing");
  const file = pathOf(conf);
  return existingFile(file, [], findingsAt(conf, problems)) ? { kind: 'mapproxy', file } : undefined;
}

const MULTIAPP_OPTIONS = ['config_dir', 'allow_listing'];

/** egg:MapProxy#multiapp: a directory of projects (row APP-14). */
export function multiApp({ local, place }: Resolved, problems: IniProblems): AppTarget | undefined {
  problems.unknown(local, MULTIAPP_OPTIONS);
  const conf = local.get('config_dir');
  if (conf === undefined) return problems.error(place, "'config_dir' is missing");
  const directory = pathOf(conf);
  if (!existingDirectory(directory, [], findingsAt(conf, problems))) return undefined;
  const allowListing = isTrue(local.get('allow_listing')?.text);
  return { kind: 'projects', directory, allowListing, limit: DEFAULT_PROJECT_LIMIT };
}

/** The files with logging settings that applications name; an empty option names none. */
export function logConfOf({ local, global }: { local: Options; global: Options }): Option | undefined {
  const option = local.get('log_conf') ?? global.get('log_conf');
  return option === undefined || option.text.trim() === '' ? undefined : option;
}

/** To Python a path is relative to the working directory; where nothing is there, it is taken from beside the .ini. */
export function pathOf({ text, place }: Option): string {
  const fromHere = resolve(text);
  return existsSync(fromHere) ? fromHere : resolve(place.file, '..', text);
}

function findingsAt({ place }: Option, problems: IniProblems) {
  return {
    error: (_: unknown, message: string) => problems.error(place, message),
    warning: (_: unknown, message: string) => problems.warning(place, message),
  };
}

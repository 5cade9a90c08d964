import type { FilterTarget } from '../../app/filters/contract.ts';
import type { Factory } from './factories.ts';
import type { Options } from './file.ts';
import type { IniProblems } from './problems.ts';

/** Filters whose work something of ours does. */
const KNOWN: Readonly<Record<string, (options: Options) => Record<string, unknown>>> = {
  'paste#translogger': () => ({ use: 'access-log' }),
  'paste#gzip': (options) => {
    const level = Number(options.get('compress_level')?.text ?? Number.NaN);
    return Number.isInteger(level) && level >= 1 && level <= 9
      ? { use: 'compress', gzip_level: level }
      : { use: 'compress' };
  },
};

/** Filters that help to develop in Python: without them the same is answered to the same people. */
const NEEDLESS = new Set(
  [
    ...[
      'lint',
      'cgitb',
      'error_catcher',
      'evalerror',
      'printdebug',
      'profile',
      'httpexceptions',
      'recursive',
      'registry',
    ],
    ...['config', 'pony', 'cowbell', 'errordocument', 'paste_session', 'flup_session', 'wdg_validate'],
  ].map((name) => `paste#${name}`),
);

/**
 * What a filter of an .ini file becomes. Python cannot be run here: filters that only help to develop are left out with
 * a warning; any other may be what keeps strangers out, so that leaving it out is an error.
 */
export function filterOf(factory: Factory, options: Options, folder: string, problems: IniProblems): FilterTarget[] {
  const known = KNOWN[factory.name];
  if (known !== undefined) {
    const { use, ...rest } = known(options);
    return [{ kind: 'builtin', type: String(use), options: rest, directory: folder }];
  }
  const { place, written } = factory;
  if (NEEDLESS.has(factory.name) || factory.name.startsWith('weberror#')) {
    problems.warning(place, `filter ${written} is left out: it is there to develop in Python`);
  } else {
    const advice = 'write it as a module and name it under `filters` of a mapgate.yaml';
    problems.error(place, `filter ${written} is Python, which cannot be run here; ${advice}`);
  }
  return [];
}

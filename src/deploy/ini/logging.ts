import type { LogOptions } from '../../server/deployment.ts';
import type { IniFile } from './file.ts';
import type { IniSection } from './parse.ts';
import type { IniProblems } from './problems.ts';

/** Levels of Python's logging, and ours. NOTSET is that of the logger above. */
const LEVELS: Readonly<Record<string, string>> = {
  CRITICAL: 'fatal',
  FATAL: 'fatal',
  ERROR: 'error',
  WARNING: 'warn',
  WARN: 'warn',
  INFO: 'info',
  DEBUG: 'debug',
};

/** Names that loggers had before MapProxy 0.9. */
const OLD_NAMES: Readonly<Record<string, string>> = { 'mapproxy.core.client.http': 'mapproxy.source.request' };

export const DEFAULT_LOG: LogOptions = { level: 'info', format: null, loggers: {} };

/**
 * What Python's logging.config.fileConfig would take from a file (row DEP-02): the levels. Everything goes to standard
 * error, where whoever starts the program can send it on; handlers and formatters have no effect.
 */
export function loggingOf(ini: IniFile, problems: IniProblems, before: LogOptions = DEFAULT_LOG): LogOptions {
  const loggers: Record<string, string> = { ...before.loggers };
  let { level } = before;
  for (const section of listed(ini, 'loggers', 'logger')) {
    const own = levelOf(ini, section, problems);
    const name = section.name === 'logger_root' ? 'root' : (ini.option(section, 'qualname')?.text ?? '');
    if (own === undefined) continue;
    if (name === 'root') level = own;
    else loggers[OLD_NAMES[name] ?? name] = own;
  }
  tellHandlers(ini, problems);
  return { ...before, level, loggers };
}

/** The sections that `keys` of another names. */
function listed(ini: IniFile, list: string, prefix: string): IniSection[] {
  const section = ini.section(list);
  const keys = section === undefined ? undefined : ini.option(section, 'keys');
  const names = keys?.text.split(',').map((name) => name.trim()) ?? [];
  return names.flatMap((name) => ini.section(`${prefix}_${name}`) ?? []);
}

function levelOf(ini: IniFile, section: IniSection, problems: IniProblems): string | undefined {
  const option = ini.option(section, 'level');
  if (option === undefined || option.text === 'NOTSET') return undefined;
  const level = LEVELS[option.text.trim()];
  if (level !== undefined) return level;
  const names = [...Object.keys(LEVELS), 'NOTSET'].join(', ');
  return problems.warning(option.place, `${JSON.stringify(option.text)} is not one of ${names}`);
}

function tellHandlers(ini: IniFile, problems: IniProblems): void {
  for (const section of listed(ini, 'handlers', 'handler')) {
    const kind = ini.option(section, 'class');
    if (kind === undefined || kind.text === 'StreamHandler') continue;
    problems.warning(kind.place, `${kind.text} has no effect: everything is logged to standard error`);
  }
  const [formatter] = listed(ini, 'formatters', 'formatter');
  if (formatter !== undefined) {
    problems.warning(ini.place(formatter), 'formatters have no effect: log lines have a form of their own');
  }
}

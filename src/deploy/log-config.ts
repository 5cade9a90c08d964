import { ConfigError } from '../http/errors.ts';
import type { LogOptions } from '../server/deployment.ts';
import { IniFile } from './ini/file.ts';
import { loggingOf } from './ini/logging.ts';
import { IniProblems } from './ini/problems.ts';

/**
 * What a logging configuration of Python (`--log-config log.ini`) makes of log options.
 *
 * @throws ConfigError for a file that cannot be used
 */
export function readLogConfig(file: string, before: LogOptions): LogOptions {
  const problems = new IniProblems();
  const log = loggingOf(new IniFile(file, problems), problems, before);
  const error = problems.list.find(({ severity }) => severity === 'error');
  if (error !== undefined) throw new ConfigError(error.message, error.place);
  return log;
}

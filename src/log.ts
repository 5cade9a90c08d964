import pino from 'pino';

export type Logger = pino.Logger;
export type LogFormat = 'json' | 'readable';

export interface LogSettings {
  /** trace, debug, info, warn, error, fatal or silent. */
  readonly level: string;
  readonly format: LogFormat;
  /** Levels of single loggers by name: `mapproxy.source.request`. */
  readonly loggers: Readonly<Record<string, string>>;
}

/** Values of these keys never reach a log line. */
const SECRET_KEYS = ['password', 'authorization', 'headers.authorization', 'secret', 'token'];

let settings: LogSettings = { level: 'info', format: process.stderr.isTTY ? 'readable' : 'json', loggers: {} };

/** Written at once: a line must not be lost when the process dies of what the line says. */
const stderr = pino.destination({ dest: 2, sync: true });

const root = pino(
  { level: settings.level, base: null, redact: { paths: SECRET_KEYS, censor: '***' } },
  { write: (line) => stderr.write(settings.format === 'json' ? line : readable(line)) },
);

const loggers = new Map<string, Logger>();

/** The logger of a name people grep for: `mapproxy.source.request` (row DEP-02), `mapgate.server`. */
export function getLogger(name: string): Logger {
  let logger = loggers.get(name);
  if (logger === undefined) {
    logger = root.child({ logger: name }, { level: levelOf(name) });
    loggers.set(name, logger);
  }
  return logger;
}

/** Applies to the loggers that are there already and to those to come. */
export function configureLogging(wanted: Partial<LogSettings>): void {
  settings = { ...settings, ...wanted };
  for (const [name, logger] of loggers) logger.level = levelOf(name);
}

/** As in Python's logging: the level of the nearest name above counts. */
function levelOf(name: string): string {
  for (let end = name.length; end > 0; end = name.lastIndexOf('.', end - 1)) {
    const level = settings.loggers[name.slice(0, end)];
    if (level !== undefined) return level;
  }
  return settings.level;
}

const LEVEL_NAMES: Readonly<Record<number, string>> = pino.levels.labels;

/** One line for people: time, level, logger, message, and what else was logged. */
function readable(line: string): string {
  const { level, time, logger, msg, err, ...rest } = JSON.parse(line) as {
    level: number;
    time: number;
    logger?: string;
    msg?: string;
    err?: { message?: string; stack?: string };
  };
  const clock = new Date(time).toISOString().slice(11, 23);
  const more = Object.entries(rest).map(([key, value]) => ` ${key}=${JSON.stringify(value)}`);
  const stack = err === undefined ? '' : `\n${err.stack ?? err.message ?? ''}`;
  return `${clock} ${(LEVEL_NAMES[level] ?? '').toUpperCase()} ${logger ?? ''}: ${msg ?? ''}${more.join('')}${stack}\n`;
}

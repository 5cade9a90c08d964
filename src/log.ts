import pino from 'pino';
import { isJournal, openSink, type Sink } from './log-sink.ts';

export type Logger = pino.Logger;
export type LogFormat = 'json' | 'readable';

export interface LogSettings {
  /** trace, debug, info, warn, error, fatal or silent. */
  readonly level: string;
  /** Null: as the journal wants it where standard error goes there, readable on a terminal, else JSON. */
  readonly format: LogFormat | null;
  /** Absolute; lines are appended. Null: standard error. */
  readonly file: string | null;
  /** Levels of single loggers by name: `mapproxy.source.request`. */
  readonly loggers: Readonly<Record<string, string>>;
}

/** Values of these keys never reach a log line. */
const SECRET_KEYS = ['password', 'authorization', 'headers.authorization', 'secret', 'token'];

let settings: LogSettings = { level: 'info', format: null, file: null, loggers: {} };
let sink = sinkOf(settings);

const root = pino(
  { level: settings.level, base: null, redact: { paths: SECRET_KEYS, censor: '***' } },
  { write: (line) => sink.write(line) },
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

/** Applies to the loggers that are there already and to those to come. @throws Error when the file cannot be opened */
export function configureLogging(wanted: Partial<LogSettings>): void {
  const before = settings;
  settings = { ...settings, ...wanted };
  if (settings.file !== before.file || settings.format !== before.format) {
    const old = sink;
    sink = sinkOf(settings);
    old.close();
  }
  for (const [name, logger] of loggers) logger.level = levelOf(name);
}

/** Opens the file again, which was moved away (logrotate). */
export function reopenLog(): void {
  sink.reopen();
}

function sinkOf({ file, format }: LogSettings): Sink {
  if (format !== null) return openSink(file, format);
  if (file !== null) return openSink(file, 'json');
  if (isJournal()) return openSink(null, 'journal');
  return openSink(null, process.stderr.isTTY ? 'readable' : 'json');
}

/** As in Python's logging: the level of the nearest name above counts. */
function levelOf(name: string): string {
  for (let end = name.length; end > 0; end = name.lastIndexOf('.', end - 1)) {
    const level = settings.loggers[name.slice(0, end)];
    if (level !== undefined) return level;
  }
  return settings.level;
}

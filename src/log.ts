import pino from 'pino';

export type Logger = pino.Logger;

/** Values of these keys never reach a log line. */
const SECRET_KEYS = ['password', 'authorization', 'headers.authorization', 'secret', 'token'];

let root: Logger = pino(
  { level: process.env.MAPGATE_LOG_LEVEL ?? 'info', base: undefined, redact: { paths: SECRET_KEYS, censor: '***' } },
  pino.destination({ dest: 2, sync: true }),
);
const loggers = new Map<string, Logger>();

/** Replaces the destination or level for all loggers made from here on; called once at start by the command line. */
export function setRootLogger(logger: Logger): void {
  root = logger;
  loggers.clear();
}

/** The logger of a name people grep for: `mapproxy.source.request` (row DEP-02), `mapgate.server`. */
export function getLogger(name: string): Logger {
  let logger = loggers.get(name);
  if (logger === undefined) {
    logger = root.child({ logger: name });
    loggers.set(name, logger);
  }
  return logger;
}

import { fstatSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import pino from 'pino';
import { hideInUrls } from './http/secrets.ts';

/** `journal`: as `readable`, with the priority before each line that the journal takes its level from (sd-daemon(3)). */
export type SinkFormat = 'json' | 'readable' | 'journal';

/** Where the lines of a log go. */
export interface Sink {
  write(line: string): void;
  /** Opens a file again that was moved away. */
  reopen(): void;
  close(): void;
}

/** @param file absolute; null: standard error. Lines are appended, each in one write, so that processes may share it */
export function openSink(file: string | null, format: SinkFormat): Sink {
  // Written at once: a line must not be lost when the process dies of what the line says.
  const destination = openDestination(file ?? 2);
  // A full disk must not end the server; the journal, a terminal or a process manager may still be told.
  destination.on('error', (error: Error) => void process.stderr.write(`log ${file}: ${error.message}\n`));
  const print = PRINTERS[format];
  return {
    write: (line) => void destination.write(hideInUrls(print(line))),
    reopen() {
      if (file === null) return;
      try {
        destination.reopen();
      } catch {
        // Told by the event; lines go on into the old file.
      }
    },
    close() {
      if (file !== null) destination.end();
    },
  };
}

/** Never wider, whatever the umask says (row SEC-06). */
const DIRECTORY_MODE = 0o755;
const FILE_MODE = 0o644;

/**
 * A file that lines are appended to, or a descriptor; opened at once, so that a wrong path is told at the start.
 *
 * @throws Error with the code of the file system's
 */
export function openDestination(dest: string | number): ReturnType<typeof pino.destination> {
  try {
    if (typeof dest === 'string') mkdirSync(dirname(dest), { recursive: true, mode: DIRECTORY_MODE });
    return pino.destination({ dest, sync: true, append: true, mode: FILE_MODE });
  } catch (cause) {
    const { message, code } = cause as NodeJS.ErrnoException;
    throw Object.assign(new Error(`cannot open the log ${dest}: ${message}`, { cause }), { code });
  }
}

/** Whether standard error goes to the journal of systemd: JOURNAL_STREAM tells its device and inode (systemd.exec(5)). */
export function isJournal(stream: string | undefined = process.env.JOURNAL_STREAM): boolean {
  if (stream === undefined) return false;
  try {
    const { dev, ino } = fstatSync(2, { bigint: true });
    return stream === `${dev}:${ino}`;
  } catch {
    return false;
  }
}

const PRINTERS: Readonly<Record<SinkFormat, (line: string) => string>> = {
  json: (line) => line,
  readable: (line) => {
    const { time, text } = readable(line);
    return `${new Date(time).toISOString().slice(11, 23)} ${text}`;
  },
  journal: (line) => {
    const { level, text } = readable(line);
    const priority = `<${priorityOf(level)}>`;
    return text.replace(/^(?!$)/gm, priority);
  },
};

/** Of syslog(3): critical, error, warning, informational, debug. */
function priorityOf(level: number): number {
  if (level >= 60) return 2;
  if (level >= 50) return 3;
  if (level >= 40) return 4;
  return level >= 30 ? 6 : 7;
}

const LEVEL_NAMES: Readonly<Record<number, string>> = pino.levels.labels;

/** For people: level, logger, message, and what else was logged; the stack of an error on further lines. */
function readable(line: string): { level: number; time: number; text: string } {
  const { level, time, logger, msg, err, ...rest } = JSON.parse(line) as {
    level: number;
    time: number;
    logger?: string;
    msg?: string;
    err?: { message?: string; stack?: string };
  };
  const more = Object.entries(rest).map(([key, value]) => ` ${key}=${JSON.stringify(value)}`);
  const stack = err === undefined ? '' : `\n${err.stack ?? err.message ?? ''}`;
  const name = (LEVEL_NAMES[level] ?? '').toUpperCase();
  return { level, time, text: `${name} ${logger ?? ''}: ${msg ?? ''}${more.join('')}${stack}\n` };
}

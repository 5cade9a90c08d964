import { readFile, stat } from 'node:fs/promises';
import { redactLine } from './redact.ts';

export interface SourceLine {
  /** Counts from 1. */
  readonly number: number;
  readonly text: string;
  /** The line that is meant; the others stand around it. */
  readonly isMeant: boolean;
}

/** Lines shown above and below the one that is meant. */
const AROUND = 5;

/** Characters of a line; what is longer was not written by hand. */
const LINE_LENGTH = 300;

/** Bytes of a file that is read to show some lines of it. */
const MAX_FILE_BYTES = 4 * 1024 * 1024;

/** The lines of a file around one of them, passwords hidden; none where the file cannot be read or is shorter. */
export async function sourceLines(file: string, line: number): Promise<SourceLine[]> {
  let text: string;
  try {
    if ((await stat(file)).size > MAX_FILE_BYTES) return [];
    text = await readFile(file, 'utf8');
  } catch {
    return [];
  }
  const lines = text.replace(/\r?\n$/, '').split(/\r?\n/);
  if (line > lines.length + 1) return [];
  if (line > lines.length) lines.push('');
  const first = Math.max(1, line - AROUND);
  return lines.slice(first - 1, line + AROUND).map((content, index) => ({
    number: first + index,
    text: redactLine(content.slice(0, LINE_LENGTH)),
    isMeant: first + index === line,
  }));
}

import { mkdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { StartError } from './start-error.ts';

/** Writes this process' id into a file, in one step. @throws StartError */
export function writePidFile(file: string): void {
  const temporary = `${file}.${process.pid}`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(temporary, `${process.pid}\n`, { mode: 0o644 });
    renameSync(temporary, file);
  } catch (error) {
    throw new StartError(`cannot write pid_file: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Removes it, unless a successor has written its own id by now. */
export function removePidFile(file: string): void {
  try {
    if (Number(readFileSync(file, 'utf8')) === process.pid) unlinkSync(file);
  } catch {
    // It is gone, or the folder may no longer be written: nothing depends on it.
  }
}

import { mkdirSync, readFileSync, renameSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { StartError } from './start-error.ts';

/** Never wider, whatever the umask says (row SEC-06). */
const DIRECTORY_MODE = 0o755;
const FILE_MODE = 0o644;

/** Finds out before anything runs whether a file can be written there. @throws StartError */
export function assertPidFilePlace(file: string): void {
  const temporary = temporaryName(file);
  try {
    mkdirSync(dirname(file), { recursive: true, mode: DIRECTORY_MODE });
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory() === true) throw new Error('it is a directory');
    writeFileSync(temporary, '', { mode: FILE_MODE });
    unlinkSync(temporary);
  } catch (error) {
    throw cannotWrite(file, error);
  }
}

/** Writes this process' id into a file, in one step. @throws StartError */
export function writePidFile(file: string): void {
  const temporary = temporaryName(file);
  try {
    mkdirSync(dirname(file), { recursive: true, mode: DIRECTORY_MODE });
    writeFileSync(temporary, `${process.pid}\n`, { mode: FILE_MODE });
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw cannotWrite(file, error);
  }
}

function temporaryName(file: string): string {
  return `${file}.${process.pid}`;
}

function cannotWrite(file: string, error: unknown): StartError {
  return new StartError(`cannot write pid_file ${file}: ${error instanceof Error ? error.message : String(error)}`);
}

/** Removes it, unless a successor has written its own id by now. */
export function removePidFile(file: string): void {
  try {
    if (Number(readFileSync(file, 'utf8')) === process.pid) unlinkSync(file);
  } catch {
    // It is gone, or the folder may no longer be written: nothing depends on it.
  }
}

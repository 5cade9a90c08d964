import { statSync } from 'node:fs';
import type { Path } from '../config/places.ts';
import type { Findings } from './check-schema.ts';

/** Whether there is such a file; else the findings say so. */
export function existingFile(file: string, path: Path, findings: Pick<Findings, 'error'>): boolean {
  return exists(file, 'file', path, findings);
}

/** Whether there is such a directory; else the findings say so. */
export function existingDirectory(directory: string, path: Path, findings: Pick<Findings, 'error'>): boolean {
  return exists(directory, 'directory', path, findings);
}

function exists(name: string, kind: 'file' | 'directory', path: Path, findings: Pick<Findings, 'error'>): boolean {
  const stat = statSync(name, { throwIfNoEntry: false });
  const fits = kind === 'file' ? stat?.isFile() : stat?.isDirectory();
  if (fits === true) return true;
  findings.error(path, stat === undefined ? `there is no ${kind} ${name}` : `${name} is not a ${kind}`);
  return false;
}

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import type { Problem } from '../../../src/config/problems.ts';
import { ConfigError } from '../../../src/http/errors.ts';

/** A folder with these files, by name; gone when the test ends. */
export function folderOf(t: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'mapgate-deploy-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return folder;
}

/** Problems as a person reads them, with file names relative to the folder. */
export function told(problems: readonly Problem[], folder: string): string[] {
  return problems.map(({ severity, message, place }) => {
    const line = `${severity}: ${new ConfigError(message, place).message}`;
    return line.replaceAll(`${folder}${path.sep}`, '');
  });
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** A folder that is gone after the test. */
export async function temporaryFolder(test: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mapgate-test-'));
  test.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes files into a temporary folder. @returns the folder */
export async function folderWith(test: TestContext, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await temporaryFolder(test);
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

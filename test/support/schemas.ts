import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { requirePrograms } from './debian.ts';

/** OGC's schemas and DTDs as the package of MapProxy brings them for its own tests. */
const FOLDER = '/usr/share/python3-mapproxy/test/schemas';

/**
 * Checks a document against one of OGC's schemas (`.xsd`) or DTDs (`.dtd`) with xmllint, without the network. Returns
 * its complaints, '' for none; undefined when the test was skipped because a program is missing.
 */
export async function complaints(t: TestContext, document: string, schema: string): Promise<string | undefined> {
  const file = path.join(FOLDER, schema);
  if (!(await requirePrograms(t, { xmllint: 'libxml2-utils', [file]: 'python3-mapproxy' }))) return undefined;
  const folder = await mkdtemp(path.join(tmpdir(), 'mapgate-schema-'));
  try {
    const copy = path.join(folder, 'document.xml');
    // The DTD that a document names is on the network; the copy of it is given on the command line.
    await writeFile(copy, document.replace(/<!DOCTYPE[^[>]*(\[[^\]]*\])?>/, ''));
    const check = schema.endsWith('.dtd') ? '--dtdvalid' : '--schema';
    return await run('xmllint', ['--noout', '--nonet', check, file, copy]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function run(program: string, parameters: readonly string[]): Promise<string> {
  const child = spawn(program, parameters, { stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve(status === 0 ? '' : errors || `exit status ${status}`));
  });
}

import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'node:test';
import { importedFiles } from '../../../../src/server/develop/imports.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const FILES = {
  'app/main.mjs': `
import { a } from '../lib/a.mjs';
import '../lib/side.mjs?version=1';
import express from 'express';
import fs from 'node:fs';
export const application = async () => (await import("./later.mjs")).answer(a, fs, express);
`,
  'lib/a.mjs': "export * from './b.mjs';\nconst c = require('./c');\n",
  'lib/b.mjs': "export { d } from './a.mjs';\nimport '../node_modules/dependency/index.js';\n",
};

describe('the imports of a module', () => {
  it('are followed out of its folder, in circles, to what is not there, and not into dependencies', async (t) => {
    const folder = await temporaryFolder(t);
    for (const [name, text] of Object.entries(FILES)) {
      await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
      await writeFile(path.join(folder, name), text);
    }
    const files = await importedFiles(path.join(folder, 'app/main.mjs'));
    const names = files.map((file) => path.relative(folder, file)).sort();
    assert.deepEqual(names, ['app/later.mjs', 'app/main.mjs', 'lib/a.mjs', 'lib/b.mjs', 'lib/c.js', 'lib/side.mjs']);
  });
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { exampleText } from './example.ts';

for (const file of ['varnish/default.vcl', 'squid/squid.conf']) {
  test(`${file} is in the README, and marks what to paste into a configuration that is there`, () => {
    const readme = readFileSync(path.resolve(import.meta.dirname, '../../conf-examples/README.md'), 'utf8');
    assert.ok(readme.includes(file));
    const marks = exampleText(file).match(/^# mapgate: (?:begin|end)$/gm) ?? [];
    assert.deepEqual(marks, ['# mapgate: begin', '# mapgate: end']);
  });
}

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { exampleText } from './example.ts';

const FOLDER = path.resolve(import.meta.dirname, '../../conf-examples');
const SERVERS = ['apache', 'caddy', 'h2o', 'haproxy', 'lighttpd', 'nginx', 'systemd'];

const files = SERVERS.flatMap((server) => readdirSync(path.join(FOLDER, server)).map((name) => `${server}/${name}`));

test('the README of the examples names every file', () => {
  const readme = readFileSync(path.join(FOLDER, 'README.md'), 'utf8');
  assert.deepEqual(
    files.filter((file) => !readme.includes(file)),
    [],
  );
});

for (const file of files) {
  test(`${file} uses the documented placeholders only`, () => {
    const paths = exampleText(file).match(/\/(?:srv|home|opt|usr\/local|var|run|tmp)\/[\w./-]*/g) ?? [];
    const documented = /^\/(?:srv\/mapgate(?:\/|$)|usr\/local\/bin(?:\/mapgate)?$)/;
    assert.deepEqual(
      paths.filter((name) => !documented.test(name)),
      [],
    );
  });

  test(`${file} marks what to paste into a configuration that is there`, { skip: file.startsWith('systemd/') }, () => {
    const marks = exampleText(file).match(/^\s*# mapgate: (?:begin|end)$/gm) ?? [];
    assert.deepEqual(
      marks.map((mark) => mark.trim()),
      ['# mapgate: begin', '# mapgate: end'],
    );
  });
}

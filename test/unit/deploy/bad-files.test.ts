import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { checkEverything } from '../../../src/deploy/check.ts';
import { readTarget } from '../../../src/deploy/target.ts';
import { ConfigError } from '../../../src/http/errors.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const MAPS = 'services: {tms: }\nlayers: [{name: a, title: A, sources: [d]}]\nsources: {d: {type: debug}}\n';

/** A line of aliases of the line before, ten times, and so on: more values than there is memory for. */
function bomb(first: string, next: (aliases: string) => string): string {
  const lines = Array.from({ length: 30 }, (_, level) =>
    level === 0 ? `p0: &p0 ${first}` : `p${level}: &p${level} ${next(`*p${level - 1}, `.repeat(10))}`,
  );
  return `${lines.join('\n')}\n`;
}

const BOMB = bomb('[x]', (aliases) => `[${aliases}]`);

interface Bad {
  readonly title: string;
  readonly name: string;
  readonly content?: string | Buffer;
  readonly prepare?: (path: string) => void;
  /** Line and column, where they are known. */
  readonly at?: string;
  readonly says: RegExp;
}

const pipe = (path: string) => void execFileSync('mkfifo', [path]);

const TABLE: Bad[] = [
  { title: 'a missing file', name: 'a.yaml', says: /^no such file$/ },
  { title: 'an .ini that is missing', name: 'a.ini', says: /^no such file$/ },
  { title: 'a directory for an .ini', name: 'a.ini', prepare: (path) => mkdirSync(path), says: /^is a directory, not/ },
  {
    title: 'CFG-01: an empty file',
    name: 'a.yaml',
    content: '',
    says: /^is empty: configuration not a YAML dictionary$/,
  },
  { title: 'CFG-01: nothing but remarks', name: 'a.yaml', content: '# to do\n', says: /^is empty: / },
  { title: 'CFG-01: a list for a mapping', name: 'a.yaml', content: '- a', says: /not a YAML dictionary/ },
  { title: 'an empty .ini', name: 'a.ini', content: '', says: /^there is no section \[app:main\]$/ },
  {
    title: 'a broken .ini',
    name: 'a.ini',
    content: '[app:main\nuse = x',
    at: ':1',
    says: /^there is no section above/,
  },
  { title: 'broken YAML', name: 'a.yaml', content: 'services: {tms: ', at: ':1:17', says: /^Flow map / },
  {
    title: 'bytes that are no UTF-8',
    name: 'a.yaml',
    content: Buffer.from(`${MAPS}# \xfc`, 'latin1'),
    at: ':4',
    says: /^is not text in UTF-8$/,
  },
  {
    title: 'an .ini in Latin-1',
    name: 'a.ini',
    content: Buffer.from('# \xfc', 'latin1'),
    at: ':1',
    says: /^is not text in UTF-8$/,
  },
  {
    title: 'a picture',
    name: 'a.yaml',
    content: Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0]),
    at: ':1',
    says: /^is not text in UTF-8$/,
  },
  {
    title: 'aliases that grow without end',
    name: 'a.yaml',
    content: `${BOMB}layers: *p29\n`,
    at: ':7:9',
    says: /^stands for more than 500000 values, by aliases of aliases$/,
  },
  {
    title: 'the same in a deployment file',
    name: 'mapgate.yaml',
    content: `${BOMB}app: *p29\n`,
    at: ':7:9',
    says: /^stands for more than/,
  },
  { title: 'a mapping merged into itself', name: 'a.yaml', content: 'a: &a {<<: *a}', says: /itself/ },
  {
    title: 'lists nested 20,000 times',
    name: 'a.yaml',
    content: `a: ${'['.repeat(20_000)}`,
    says: /^is nested too deeply/,
  },
  {
    title: 'mappings nested 3,000 times',
    name: 'a.yaml',
    content: `a: ${'{a: '.repeat(3000)}1${'}'.repeat(3000)}`,
    says: /^is nested too deeply/,
  },
  { title: 'a pipe', name: 'a.yaml', prepare: pipe, says: /^is no file, but a pipe or a device$/ },
  { title: 'a pipe for an .ini', name: 'a.ini', prepare: pipe, says: /^is no file, but a pipe or a device$/ },
  { title: 'a device', name: '/dev/zero', says: /^is no file, but a pipe or a device$/ },
  {
    title: 'a Python script',
    name: 'server.py',
    content: 'import mapproxy',
    says: /^is a Python script, .* mapgate create -t app/,
  },
];

describe('what cannot be served is told by file, and by line where there is one:', () => {
  for (const { title, name, content, prepare, at = '', says } of TABLE) {
    it(title, async (t) => {
      const folder = await temporaryFolder(t);
      const file = name.startsWith('/') ? name : join(folder, name);
      if (content !== undefined) writeFileSync(file, content);
      prepare?.(file);
      const [problem] = await checkEverything(file);
      assert.ok(problem !== undefined);
      assert.match(problem.message, says);
      assert.doesNotMatch(problem.message, /\n/);
      const { message } = new ConfigError(problem.message, problem.place);
      assert.ok(message.startsWith(`${file}${at}:`), message);
      assert.equal(problem.severity, 'error');
    });
  }

  it('an empty name', () => {
    assert.throws(() => readTarget('', { listen: [] }), /^ConfigError: command line: the target is empty/);
  });

  it('a base file that is a pipe', async (t) => {
    const folder = await temporaryFolder(t);
    pipe(join(folder, 'base.yaml'));
    writeFileSync(join(folder, 'a.yaml'), `base: base.yaml\n${MAPS}`);
    const [problem] = await checkEverything(join(folder, 'a.yaml'));
    assert.deepEqual(problem?.place?.file, join(folder, 'base.yaml'));
  });

  it('an unreadable file', { skip: process.getuid?.() === 0 && 'root may read everything' }, async (t) => {
    const folder = await temporaryFolder(t);
    writeFileSync(join(folder, 'a.yaml'), MAPS);
    chmodSync(join(folder, 'a.yaml'), 0o200);
    const [problem] = await checkEverything(join(folder, 'a.yaml'));
    assert.match(problem?.message ?? '', /^cannot be read: EACCES/);
  });
});

describe('what may look bad and is not:', () => {
  const cases: Readonly<Record<string, string | Buffer>> = {
    'merges of merges that stay small': bomb('{x: 1}', (aliases) => `{<<: [${aliases}]}`) + MAPS,
    'a byte order mark': `\ufeff${MAPS}`,
    'UTF-16, as PyYAML reads it': Buffer.from(`\ufeff${MAPS}`, 'utf16le'),
  };
  for (const [title, content] of Object.entries(cases)) {
    it(title, { timeout: 10_000 }, async (t) => {
      const folder = await temporaryFolder(t);
      writeFileSync(join(folder, 'a.yaml'), content);
      const problems = await checkEverything(join(folder, 'a.yaml'));
      assert.deepEqual(
        problems.filter(({ message }) => !/^unknown 'p\d+'/.test(message)),
        [],
      );
    });
  }
});

import assert from 'node:assert/strict';
import { fstatSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isJournal, openSink, type SinkFormat } from '../../../src/log-sink.ts';
import { temporaryFolder } from '../../support/temporary.ts';

function line(level: number, fields: object): string {
  return `${JSON.stringify({ level, time: 0, logger: 'a.b', ...fields })}\n`;
}

interface Case {
  readonly title: string;
  readonly format: SinkFormat;
  readonly line: string;
  readonly printed: string;
}

const CASES: readonly Case[] = [
  {
    title: 'readable: time, level, logger, message, fields',
    format: 'readable',
    line: line(30, { msg: 'said', pid: 7 }),
    printed: '00:00:00.000 INFO a.b: said pid=7\n',
  },
  {
    title: 'journal: the priority stands before every line of a stack',
    format: 'journal',
    line: line(50, { msg: 'said', err: { stack: 'Error: x\n    at y' } }),
    printed: '<3>ERROR a.b: said\n<3>Error: x\n<3>    at y\n',
  },
  {
    title: 'secret parameters and passwords in URLs are hidden',
    format: 'readable',
    line: line(30, { msg: 'GET http://me:pass@host/?layers=a&apikey=123&token=456 200' }),
    printed: '00:00:00.000 INFO a.b: GET http://(hidden)@host/?layers=a&apikey=(hidden)&token=(hidden) 200\n',
  },
];

for (const { title, format, line: written, printed } of CASES) {
  test(title, async (t) => {
    const file = join(await temporaryFolder(t), 'logs', 'mapgate.log');
    const sink = openSink(file, format);
    sink.write(written);
    sink.close();
    assert.equal(readFileSync(file, 'utf8'), printed);
  });
}

test('opened again after a rename, lines go to a new file', async (t) => {
  const file = join(await temporaryFolder(t), 'mapgate.log');
  const sink = openSink(file, 'json');
  sink.write('{"a":1}\n');
  renameSync(file, `${file}.1`);
  sink.write('{"a":2}\n');
  sink.reopen();
  sink.write('{"a":3}\n');
  sink.close();
  assert.equal(readFileSync(`${file}.1`, 'utf8'), '{"a":1}\n{"a":2}\n');
  assert.equal(readFileSync(file, 'utf8'), '{"a":3}\n');
});

test('JOURNAL_STREAM counts only where it names standard error', () => {
  const { dev, ino } = fstatSync(2, { bigint: true });
  assert.equal(isJournal(`${dev}:${ino}`), true);
  assert.equal(isJournal(`${dev}:${ino + 1n}`), false);
  assert.equal(isJournal(undefined), process.env.JOURNAL_STREAM === `${dev}:${ino}`);
});

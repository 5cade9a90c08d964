import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it, mock, type TestContext } from 'node:test';
import { combinedLine, jsonLine } from '../../../../src/app/filters/access-line.ts';
import accessLog from '../../../../src/app/filters/access-log.ts';
import type { Application } from '../../../../src/http/application.ts';
import { Response, textResponse } from '../../../../src/http/response.ts';
import { getLogger } from '../../../../src/log.ts';
import { fakeRequest } from '../../../support/fake-request.ts';
import { bodyOf, chunks, open } from './support.ts';

const RECORD = {
  remoteAddress: '192.0.2.7',
  user: undefined,
  time: new Date('2026-11-05T08:09:10.500Z'),
  method: 'GET',
  uri: '/maps/service?REQUEST=GetMap',
  protocol: 'HTTP/1.1',
  status: 200,
  bytes: 8192,
  milliseconds: 12.3456,
  referer: undefined,
  userAgent: 'QGIS "3"',
};

describe('access log lines', () => {
  it('combined: as Apache writes it, with microseconds at the end', () => {
    const line =
      '192.0.2.7 - - [05/Nov/2026:08:09:10 +0000] "GET /maps/service?REQUEST=GetMap HTTP/1.1" 200 8192 "-" "QGIS \\"3\\"" 12346';
    assert.equal(combinedLine(RECORD), line);
  });

  it('combined: a user is one word, no bytes are a dash', () => {
    const line = combinedLine({ ...RECORD, user: 'anna b', bytes: 0 });
    assert.match(line, /^192\.0\.2\.7 - anna_b \[/);
    assert.match(line, / 200 - "-"/);
  });

  it('combined: nobody writes lines of his own or colours', () => {
    const line = combinedLine({ ...RECORD, uri: '/\n1.2.3.4 - -', userAgent: '\x1b[31m\u2028' });
    assert.match(line, /"GET \/\\x0a1\.2\.3\.4 - - HTTP\/1\.1"/);
    assert.match(line, /"\\x1b\[31m\\u2028"/);
  });

  it('json: one object a line', () => {
    const line = jsonLine({ ...RECORD, uri: '/\n' });
    assert.equal(line.includes('\n'), false);
    const told = JSON.parse(line);
    assert.equal(told.time, RECORD.time.getTime());
    assert.equal(told.milliseconds, 12.346);
    assert.equal(told.uri, '/\n');
  });
});

function stage(t: TestContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'mapgate-access-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

async function lines(t: TestContext, application: Application, ...requests: ReturnType<typeof fakeRequest>[]) {
  const folder = stage(t);
  const { filter, close } = await open(accessLog, { file: 'logs/access', format: 'json' }, folder);
  const logged = filter(application);
  for (const request of requests) {
    try {
      const answer = await logged(request);
      if (request.method !== 'HEAD') await bodyOf(answer);
    } catch {
      // What fails is in the log, which is what is asked for.
    }
  }
  await close?.();
  const text = readFileSync(path.join(folder, 'logs/access'), 'utf8').trimEnd();
  return text.split('\n').map((line) => JSON.parse(line));
}

describe('access-log', () => {
  it('tells what was asked, by whom, and what was answered', async (t) => {
    const request = fakeRequest('/service?a=1', { mount: '/maps', headers: { Referer: 'https://page.example' } }).with({
      variables: { REMOTE_ADDR: '192.0.2.7', REMOTE_USER: 'anna', SERVER_PROTOCOL: 'HTTP/2.0' },
    });
    const [line] = await lines(t, () => textResponse(404, 'größe'), request);
    assert.equal(typeof line.milliseconds, 'number');
    assert.equal(typeof line.time, 'number');
    delete line.milliseconds;
    delete line.time;
    assert.deepEqual(line, {
      remoteAddress: '192.0.2.7',
      user: 'anna',
      method: 'GET',
      uri: '/maps/service?a=1',
      protocol: 'HTTP/2.0',
      status: 404,
      bytes: 7,
      referer: 'https://page.example',
    });
  });

  it('counts streamed bytes, none for HEAD, and tells what failed as 500', async (t) => {
    const application: Application = async ({ pathInfo }) => {
      if (pathInfo === '/fails') throw new Error('fails');
      return new Response(200, {}, chunks('four', 'more'));
    };
    const head = fakeRequest('/', { method: 'HEAD' });
    const told = await lines(t, application, fakeRequest('/'), head, fakeRequest('/fails'));
    assert.deepEqual(
      told.map(({ status, bytes }) => [status, bytes]),
      [
        [200, 8],
        [200, 0],
        [500, 0],
      ],
    );
  });

  it('names a user only if the password was accepted', async (t) => {
    const headers = { Authorization: `Basic ${Buffer.from('anna:pass').toString('base64')}` };
    const application: Application = ({ pathInfo }) => textResponse(pathInfo === '/in' ? 200 : 401, '');
    const told = await lines(t, application, fakeRequest('/in', { headers }), fakeRequest('/out', { headers }));
    assert.deepEqual(
      told.map(({ user }) => user),
      ['anna', undefined],
    );
  });

  it('goes on in a new file when the old one was moved away', async (t) => {
    const folder = stage(t);
    const clock = mock.method(performance, 'now', () => 0);
    t.after(() => clock.mock.restore());
    const { filter, close } = await open(accessLog, { file: 'access' }, folder);
    const application = filter(() => textResponse(200, ''));
    const file = path.join(folder, 'access');
    await application(fakeRequest('/first'));
    renameSync(file, `${file}.1`);
    clock.mock.mockImplementation(() => 1_000);
    await application(fakeRequest('/second'));
    while (readdirHas(file) === false) await new Promise((resolve) => setTimeout(resolve, 5));
    await application(fakeRequest('/third'));
    await close?.();
    assert.match(readFileSync(`${file}.1`, 'utf8'), /\/first.*\n.*\/second.*\n$/);
    assert.match(readFileSync(file, 'utf8'), /^[^\n]*\/third[^\n]*\n$/);
  });

  it('tells the logger mapgate.access where no file is named', async () => {
    const told = mock.method(getLogger('mapgate.access'), 'info', () => {});
    const { filter } = await open(accessLog, {});
    await filter(() => textResponse(200, 'map'))(fakeRequest('/there'));
    assert.match(String(told.mock.calls[0]?.arguments[0]), /"GET \/there HTTP\/1\.1" 200 3/);
    told.mock.restore();
  });
});

function readdirHas(file: string): boolean {
  try {
    readFileSync(file);
    return true;
  } catch {
    return false;
  }
}

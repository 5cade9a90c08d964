import assert from 'node:assert/strict';
import test from 'node:test';
import { requirePrograms } from '../support/debian.ts';
import { ask, sha256 } from './client.ts';
import { type GatewayExample, PROGRAMS, startGateway } from './gateways.ts';

/** A process for each request takes its time: these are a few requests, not the whole suite. */
function testCgi(example: GatewayExample): void {
  test(`${example.server} with conf-examples/${example.file}`, async (t) => {
    if (!(await requirePrograms(t, PROGRAMS[example.server]))) return;
    const world = await startGateway(t, example, 'world');
    const echo = await startGateway(t, example, 'echo');

    await t.test('a tile', async () => {
      const { status, headers, body } = await ask(world, '/tms/1.0.0/world/webmercator/0/0/0.png');
      assert.deepEqual([status, headers['content-type']], [200, 'image/png']);
      assert.equal(body.subarray(1, 4).toString(), 'PNG');
    });

    await t.test('path, query and public URL', async () => {
      const { body } = await ask(echo, '/env/two%20words/K%C3%B6ln?a=1+2&b=%26');
      const { scriptName, pathInfo, queryString, publicUrl } = JSON.parse(body.toString()) as Record<string, unknown>;
      assert.deepEqual([scriptName, pathInfo, queryString], [echo.mount, '/env/two words/Köln', 'a=1+2&b=%26']);
      const host = `${echo.host}:${echo.port}`;
      assert.deepEqual(publicUrl, { scheme: 'http', host, mount: echo.mount, base: `http://${host}${echo.mount}` });
    });

    await t.test('words of the query are not arguments of the program', async () => {
      const { status, body } = await ask(echo, '/env/?--help+--version');
      assert.deepEqual(
        [status, (JSON.parse(body.toString()) as { queryString: string }).queryString],
        [200, '--help+--version'],
      );
    });

    await t.test('HEAD and 404', async () => {
      const head = await ask(echo, '/large?1000', { method: 'HEAD' });
      assert.deepEqual([head.status, head.body.length], [200, 0]);
      assert.equal((await ask(echo, '/none')).status, 404);
    });

    await t.test('POST of 1 MiB', async () => {
      const sent = Buffer.alloc(1_048_576, 'The quick brown fox. ');
      const { body } = await ask(echo, '/body', { method: 'POST', body: sent });
      assert.deepEqual(JSON.parse(body.toString()), { length: sent.length, sha256: sha256(sent) });
    });

    await t.test('8 MiB', async () => {
      const { status, body } = await ask(echo, '/large?8388608');
      assert.deepEqual([status, body.length], [200, 8_388_608]);
    });
  });
}

testCgi({ file: 'lighttpd/mapgate-cgi.conf', server: 'lighttpd', protocol: null });
testCgi({ file: 'apache/mapgate-cgi.conf', server: 'apache', protocol: null });
testCgi({ file: 'nginx/mapgate-fcgiwrap.conf', server: 'nginx with fcgiwrap', protocol: null });

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { bindSocket, createResponder } from '@mapgate/fastcgi-kit';
import {
  begin,
  COMPLETE,
  eventually,
  PARAMS,
  Peer,
  record,
  request,
  STDIN,
  stream,
  turn,
} from '../../support/fastcgi-peer.ts';
import { HEAD, hello, park, serve, type Transport, temporaryFolder } from './support.ts';

/** Where a responder accepts, whom, and how it stops. */
export function lifecycleTests(transport: Transport): void {
  describe('listening', () => {
    test('on a port of the system, it says which', async (t) => {
      const { address, connect } = await serve(t, transport, {
        onRequest: hello,
        listen: { host: '127.0.0.1', port: 0 },
      });
      assert.ok('port' in address && address.port > 0 && address.host === '127.0.0.1');
      const peer = await connect();
      peer.send(request(1));
      await peer.answer(1);
    });

    test('one responder accepts on several addresses', async (t) => {
      const { responder, address } = await serve(t, transport, {
        onRequest: hello,
        listen: { host: '127.0.0.1', port: 0 },
      });
      const other = await responder.listen({ path: join(temporaryFolder(t), 's') });
      for (const where of [address, other]) {
        const peer = await Peer.connect(where);
        peer.send(request(1, { keep: false }));
        assert.equal((await peer.answer(1)).stdout, `${HEAD}hello`);
        peer.destroy();
      }
    });

    test('a unix socket gets the mode asked for', async (t) => {
      const path = join(temporaryFolder(t), 's');
      await serve(t, transport, { listen: { path, mode: 0o640 } });
      assert.equal(statSync(path).mode & 0o777, 0o640);
    });

    test('a stale socket file is replaced', async (t) => {
      const path = join(temporaryFolder(t), 's');
      const stale = await bindSocket({ path });
      t.after(() => stale.close());
      const { connect } = await serve(t, transport, { onRequest: hello, listen: { path } });
      const peer = await connect();
      peer.send(request(1));
      await peer.answer(1);
    });

    test('a live socket is refused with EADDRINUSE and goes on', async (t) => {
      const path = join(temporaryFolder(t), 's');
      const first = await serve(t, transport, { onRequest: hello, listen: { path } });
      const second = createResponder({ transport, onRequest: hello });
      await assert.rejects(second.listen({ path }), { code: 'EADDRINUSE' });
      await second.close();
      const peer = await first.connect();
      peer.send(request(1));
      assert.equal((await peer.answer(1)).stdout, `${HEAD}hello`);
    });

    test('a file that is no socket is left alone', async (t) => {
      const path = join(temporaryFolder(t), 's');
      writeFileSync(path, 'precious');
      const responder = createResponder({ transport, onRequest: hello });
      await assert.rejects(responder.listen({ path }), { code: 'ENOTSOCK' });
      await responder.close();
      assert.equal(statSync(path).size, 8);
    });

    test('a port in use is refused with EADDRINUSE', async (t) => {
      const taken = createServer().listen(0, '127.0.0.1');
      t.after(() => taken.close());
      await new Promise((resolve) => taken.once('listening', resolve));
      const bound = taken.address();
      assert.ok(bound !== null && typeof bound === 'object');
      const responder = createResponder({ transport, onRequest: hello });
      await assert.rejects(responder.listen({ host: '127.0.0.1', port: bound.port }), { code: 'EADDRINUSE' });
      await responder.close();
    });

    test('peers outside the allow list are closed, those inside are served', async (t) => {
      const listen = { host: '127.0.0.1', port: 0 };
      const shut = await serve(t, transport, { onRequest: hello, listen, allow: ['192.0.2.0/24', '::1'] });
      const refused = await shut.connect();
      await refused.closing();
      assert.equal(shut.errors[0]?.name, 'ProtocolError');
      const open = await serve(t, transport, { onRequest: hello, listen, allow: ['127.0.0.0/8'] });
      const peer = await open.connect();
      peer.send(request(1));
      assert.equal((await peer.answer(1)).protocolStatus, COMPLETE);
    });

    test('FCGI_WEB_SERVER_ADDRS is the allow list where none is given', async (t) => {
      process.env.FCGI_WEB_SERVER_ADDRS = '192.0.2.1,192.0.2.2';
      t.after(() => {
        delete process.env.FCGI_WEB_SERVER_ADDRS;
      });
      const { connect } = await serve(t, transport, { listen: { host: '127.0.0.1', port: 0 } });
      await (await connect()).closing();
    });

    test('the allow list does not concern unix sockets', async (t) => {
      const { connect } = await serve(t, transport, { onRequest: hello, allow: ['192.0.2.1'] });
      const peer = await connect();
      peer.send(request(1));
      assert.equal((await peer.answer(1)).protocolStatus, COMPLETE);
    });

    test('an allow list with an entry that is no address is refused at once', () => {
      assert.throws(() => createResponder({ transport, onRequest: hello, allow: ['localhost'] }), /'localhost'/);
    });

    test('workers share a bound descriptor: one may stop, the other serves on', async (t) => {
      const path = join(temporaryFolder(t), 's');
      const bound = await bindSocket({ path });
      t.after(() => bound.close());
      const workers = [await startWorker(t, transport, bound.fd), await startWorker(t, transport, bound.fd)];
      const pids = workers.map(({ pid }) => String(pid));
      assert.ok(pids.includes(await askForBody(path)));
      const [first, second] = workers;
      first?.kill('SIGTERM');
      if (first) assert.deepEqual(await once(first, 'exit'), [0, null]);
      for (let i = 0; i < 5; i++) assert.equal(await askForBody(path), String(second?.pid));
    });
  });

  describe('closing', () => {
    test('open requests are finished first, then the connection is closed', async (t) => {
      const { connect, requests, responder } = await serve(t, transport, { onRequest: park });
      const peer = await connect();
      peer.send(request(1));
      await eventually(() => requests.length === 1, 'the request was dispatched');
      let closed = false;
      const closing = responder.close().then(() => {
        closed = true;
      });
      await turn();
      assert.equal(closed, false);
      requests[0]?.respond(HEAD, 'finished');
      assert.equal((await peer.answer(1)).stdout, `${HEAD}finished`);
      await peer.closing();
      await closing;
      assert.equal(responder.stats.connectionsOpen, 0);
    });

    test('a body that is still being sent arrives whole', async (t) => {
      const { connect, requests, responder } = await serve(t, transport);
      const peer = await connect();
      await peer.sendAlone(begin(1), stream(PARAMS, 1, ''), record(STDIN, 1, 'first '));
      await eventually(() => requests.length === 1, 'the request was dispatched');
      const closing = responder.close();
      await turn();
      peer.send(record(STDIN, 1, 'second'), record(STDIN, 1));
      assert.equal((await peer.answer(1)).stdout, `${HEAD}\nfirst second`);
      await closing;
    });

    test('a kept connection without a request is closed at once', async (t) => {
      const { connect, responder } = await serve(t, transport, { onRequest: hello });
      const peer = await connect();
      peer.send(request(1));
      await peer.answer(1);
      await responder.close();
      await peer.closing();
    });

    test('a connection accepted before gets its first request served', async (t) => {
      const { connect, responder } = await serve(t, transport, { onRequest: hello });
      const peer = await connect();
      await eventually(() => responder.stats.connectionsOpen === 1, 'it was accepted');
      const closing = responder.close();
      await turn();
      peer.send(request(1));
      assert.equal((await peer.answer(1)).stdout, `${HEAD}hello`);
      await closing;
    });

    test('within idleGrace a kept connection gets one more request served', async (t) => {
      const { connect, responder } = await serve(t, transport, { onRequest: hello });
      const peer = await connect();
      peer.send(request(1));
      await peer.answer(1);
      const closing = responder.close({ idleGrace: 60_000 });
      await turn();
      assert.equal(peer.closed, false);
      peer.send(request(1));
      assert.equal((await peer.answer(1)).stdout, `${HEAD}hello`);
      await peer.closing();
      await closing;
    });

    test('when idleGrace has passed, several kept connections without a request are closed', async (t) => {
      const { connect, responder } = await serve(t, transport, { onRequest: hello });
      const peers = await Promise.all([connect(), connect(), connect()]);
      for (const peer of peers) {
        peer.send(request(1));
        await peer.answer(1);
      }
      // The deadline would end them too, but not before the test is over.
      await responder.close({ idleGrace: 20, deadline: 60_000 });
      for (const peer of peers) await peer.closing();
    });

    test('after the deadline what is open is aborted', async (t) => {
      const { connect, requests, responder } = await serve(t, transport, { onRequest: park });
      const peer = await connect();
      peer.send(request(1));
      await eventually(() => requests.length === 1, 'the request was dispatched');
      await responder.close({ deadline: 30 });
      assert.equal(requests[0]?.signal.aborted, true);
      await peer.closing();
    });

    test('nobody is accepted any more, and the socket file is gone', async (t) => {
      const path = join(temporaryFolder(t), 's');
      const { responder } = await serve(t, transport, { listen: { path } });
      await responder.close();
      assert.equal(existsSync(path), false);
      await assert.rejects(responder.listen({ path }));
    });

    test('keepSocketFile leaves the file', async (t) => {
      const path = join(temporaryFolder(t), 's');
      const { responder } = await serve(t, transport, { listen: { path } });
      await responder.close({ keepSocketFile: true });
      assert.equal(existsSync(path), true);
    });

    test("a successor's socket file is left alone", async (t) => {
      const path = join(temporaryFolder(t), 's');
      const first = await serve(t, transport, { listen: { path } });
      rmSync(path);
      const second = await serve(t, transport, { onRequest: hello, listen: { path } });
      await first.responder.close();
      const peer = await second.connect();
      peer.send(request(1));
      assert.equal((await peer.answer(1)).stdout, `${HEAD}hello`);
    });

    test('closing twice is closing once', async (t) => {
      const { responder } = await serve(t, transport);
      await Promise.all([responder.close(), responder.close()]);
      await responder.close({ deadline: 10 });
    });
  });
}

async function startWorker(t: TestContext, transport: Transport, fd: number): Promise<ChildProcess> {
  const script = fileURLToPath(new URL('./child.mjs', import.meta.url));
  const worker = spawn(process.execPath, [script, transport], { stdio: ['ignore', 'pipe', 'inherit', fd] });
  t.after(() => worker.kill('SIGKILL'));
  const { stdout } = worker;
  if (stdout) await once(stdout, 'data');
  return worker;
}

async function askForBody(path: string): Promise<string> {
  const peer = await Peer.connect({ path });
  peer.send(request(1, { keep: false }));
  const { stdout } = await peer.answer(1);
  peer.destroy();
  return stdout.slice(HEAD.length);
}

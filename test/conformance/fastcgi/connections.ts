import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  AUTHORIZER,
  begin,
  COMPLETE,
  eventually,
  FILTER,
  PARAMS,
  RESPONDER,
  record,
  request,
  STDIN,
  stream,
  turn,
  UNKNOWN_ROLE,
} from '../../support/fastcgi-peer.ts';
import { gate, HEAD, hello, park, serve, type Transport } from './support.ts';

/** How long a connection lives, and which roles are served on it (sections 3.1, 5.1 and 6). */
export function connectionTests(transport: Transport): void {
  describe('connections', () => {
    test('with FCGI_KEEP_CONN a connection serves one request after the other', async (t) => {
      const { connect, requests } = await serve(t, transport, { onRequest: hello });
      const peer = await connect();
      for (let i = 0; i < 3; i++) {
        peer.send(request(1, { keep: true }));
        await peer.answer(1);
      }
      assert.equal(peer.closed, false);
      assert.deepEqual(
        requests.map(({ keepConnection }) => keepConnection),
        [true, true, true],
      );
    });

    test('without FCGI_KEEP_CONN the connection is closed after the answer', async (t) => {
      const { connect, requests } = await serve(t, transport, { onRequest: hello });
      const peer = await connect();
      peer.send(request(1, { keep: false }));
      assert.equal((await peer.answer(1)).stdout, `${HEAD}hello`);
      await peer.closing();
      assert.equal(requests[0]?.keepConnection, false);
    });

    test('without FCGI_KEEP_CONN it is closed only when the other requests on it are answered', async (t) => {
      const { connect, requests } = await serve(t, transport, {
        onRequest: (one) => (one.id === 1 ? park() : hello(one)),
      });
      const peer = await connect();
      peer.send(request(1), request(2, { keep: false }));
      await peer.answer(2);
      await turn();
      assert.equal(peer.closed, false);
      requests[0]?.respond(HEAD, 'last');
      assert.equal((await peer.answer(1)).stdout, `${HEAD}last`);
      await peer.closing();
    });

    test('an answer before the end of a long body is not lost by closing', async (t) => {
      const { connect } = await serve(t, transport, { onRequest: hello, limits: { stdinBytes: 10_000_000 } });
      const peer = await connect();
      peer.send(request(1, { keep: false, body: Buffer.alloc(3_000_000) }));
      assert.equal((await peer.answer(1)).stdout, `${HEAD}hello`);
      await peer.closing();
    });

    test('a peer that goes away aborts its requests, and that is no error', async (t) => {
      const { connect, requests, errors, responder } = await serve(t, transport, { onRequest: park });
      const peer = await connect();
      peer.send(request(1), request(2));
      await eventually(() => requests.length === 2, 'both were dispatched');
      const signals = requests.map(({ signal }) => signal);
      peer.destroy();
      await eventually(() => signals.every(({ aborted }) => aborted), 'both were aborted');
      for (const one of requests) {
        assert.equal(one.ended, true);
        one.respond(HEAD, 'nobody');
      }
      await eventually(() => responder.stats.connectionsOpen === 0, 'the connection was closed');
      assert.deepEqual(errors, []);
      assert.equal(responder.stats.aborted, 2);
    });

    test('a peer that goes away in the middle of PARAMS leaves nothing behind', async (t) => {
      const { connect, requests, errors, responder } = await serve(t, transport);
      const peer = await connect();
      await peer.sendAlone(begin(1), record(PARAMS, 1, 'abc').subarray(0, 10));
      peer.destroy();
      await eventually(() => responder.stats.connectionsOpen === 0, 'the connection was closed');
      assert.deepEqual([requests.length, errors.length], [0, 0]);
    });

    test('a peer that goes away ends a streamed answer: drained rejects', async (t) => {
      const failed = gate();
      let code = '';
      const { connect } = await serve(t, transport, {
        limits: { outputWindow: 1024 },
        onRequest: async (one) => {
          try {
            for (;;) if (!one.write(Buffer.alloc(65_536))) await one.drained();
          } catch (error) {
            code = error instanceof Error && 'code' in error ? String(error.code) : '';
            failed.open();
          }
        },
      });
      const peer = await connect();
      peer.socket.pause();
      await peer.sendAlone(request(1));
      peer.destroy();
      await failed.opened;
      assert.equal(code, 'disconnected');
    });
  });

  describe('roles', () => {
    const cases: [name: string, role: number][] = [
      ['FILTER', FILTER],
      ['AUTHORIZER where it is not taken', AUTHORIZER],
      ['a role of which the specification knows nothing', 999],
    ];
    for (const [name, role] of cases) {
      test(`${name} is answered with UNKNOWN_ROLE and the rest of it dropped`, async (t) => {
        const { connect, requests } = await serve(t, transport, { onRequest: hello });
        const peer = await connect();
        peer.send(request(1, { role, params: [['A', '1']], body: 'b' }));
        assert.equal((await peer.answer(1)).protocolStatus, UNKNOWN_ROLE);
        peer.send(request(1));
        assert.equal((await peer.answer(1)).protocolStatus, COMPLETE);
        assert.equal(requests.length, 1);
      });
    }

    test('UNKNOWN_ROLE without FCGI_KEEP_CONN closes the connection', async (t) => {
      const { connect } = await serve(t, transport);
      const peer = await connect();
      peer.send(request(1, { role: FILTER, keep: false }));
      assert.equal((await peer.answer(1)).protocolStatus, UNKNOWN_ROLE);
      await peer.closing();
    });

    test('AUTHORIZER is served where it is taken, without STDIN', async (t) => {
      const { connect, requests } = await serve(t, transport, {
        roles: ['responder', 'authorizer'],
        onRequest: (one) => one.respond('Status: 200 OK\r\nVariable-USER: ann\r\n\r\n'),
      });
      const peer = await connect();
      peer.send(begin(1, { role: AUTHORIZER }), stream(PARAMS, 1, ''));
      assert.match((await peer.answer(1)).stdout, /Variable-USER: ann/);
      peer.send(begin(2, { role: RESPONDER }), stream(PARAMS, 2, ''), record(STDIN, 2));
      await peer.answer(2);
      assert.deepEqual(
        requests.map(({ role }) => role),
        ['authorizer', 'responder'],
      );
    });
  });
}

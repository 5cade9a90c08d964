import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  begin,
  COMPLETE,
  eventually,
  GET_VALUES,
  PARAMS,
  record,
  request,
  STDIN,
  stream,
} from '../../support/fastcgi-peer.ts';
import { gate, HEAD, hello, park, readAll, serve, type Transport } from './support.ts';

/** Everything that is waited for has an end. */
export function timeoutTests(transport: Transport): void {
  describe('limits of time', () => {
    test('headerTimeout: PARAMS that do not end close the connection', async (t) => {
      const { connect, errors } = await serve(t, transport, { limits: { headerTimeout: 60 } });
      const peer = await connect();
      peer.send(begin(1), record(PARAMS, 1, 'abc'));
      await peer.closing();
      assert.deepEqual(
        errors.map(({ name }) => name),
        ['ProtocolError'],
      );
    });

    test('headerTimeout: a record that does not end closes the connection', async (t) => {
      const { connect, errors } = await serve(t, transport, { limits: { headerTimeout: 60 } });
      const peer = await connect();
      peer.send(Buffer.from([1, 1, 0]));
      await peer.closing();
      assert.equal(errors.length, 1);
    });

    test('headerTimeout: does not concern a request that the application works on', async (t) => {
      const { connect, requests } = await serve(t, transport, { onRequest: park, limits: { headerTimeout: 300 } });
      const peer = await connect();
      peer.send(request(1));
      await eventually(() => requests.length === 1, 'the request was dispatched');
      await new Promise((resolve) => setTimeout(resolve, 600));
      requests[0]?.respond(HEAD);
      assert.equal((await peer.answer(1)).protocolStatus, COMPLETE);
    });

    test('idleTimeout: a kept connection without a request is closed, and that is no error', async (t) => {
      const { connect, errors } = await serve(t, transport, { onRequest: hello, limits: { idleTimeout: 60 } });
      const peer = await connect();
      peer.send(request(1));
      await peer.answer(1);
      await peer.closing();
      assert.deepEqual(errors, []);
    });

    test('idleTimeout: management records do not keep a connection alive', async (t) => {
      const { connect } = await serve(t, transport, { limits: { idleTimeout: 60 } });
      const peer = await connect();
      const asking = setInterval(() => peer.send(record(GET_VALUES, 0)), 10);
      t.after(() => clearInterval(asking));
      await peer.closing();
    });

    test('bodyTimeout: STDIN that is awaited and does not come rejects and closes the connection', async (t) => {
      const rejected = gate();
      let code: string | null = null;
      const { connect } = await serve(t, transport, {
        limits: { bodyTimeout: 60 },
        onRequest: async (one) => {
          ({ code } = await readAll(one));
          rejected.open();
        },
      });
      const peer = await connect();
      peer.send(begin(1), stream(PARAMS, 1, ''), record(STDIN, 1, 'some'));
      await peer.closing();
      await rejected.opened;
      assert.equal(code, 'timeout');
    });

    test('writeTimeout: output that is not taken closes the connection and aborts its requests', async (t) => {
      const { connect, requests, errors } = await serve(t, transport, {
        limits: { writeTimeout: 60 },
        onRequest: (one) => void one.write(Buffer.alloc(20_000_000)),
      });
      const peer = await connect();
      peer.socket.pause();
      peer.send(request(1));
      await eventually(() => requests[0]?.signal.aborted === true, 'the request was aborted');
      assert.equal(errors.length, 1);
    });
  });
}

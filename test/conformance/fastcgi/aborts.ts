import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FcgiRequest } from '@mapgate/fastcgi-kit';
import {
  ABORT,
  begin,
  COMPLETE,
  END,
  eventually,
  PARAMS,
  type Peer,
  record,
  request,
  STDIN,
  STDOUT,
  stream,
  turn,
} from '../../support/fastcgi-peer.ts';
import { gate, HEAD, hello, park, type Server, serve, type Transport } from './support.ts';

/** A request that is dispatched and then aborted by the web server. */
async function aborted(server: Server): Promise<{ peer: Peer; one: FcgiRequest }> {
  const peer = await server.connect();
  peer.send(request(1));
  await eventually(() => server.requests.length === 1, 'the request was dispatched');
  const [one] = server.requests;
  if (one === undefined) throw new Error('no request');
  const { signal } = one;
  peer.send(record(ABORT, 1));
  await eventually(() => signal.aborted, 'the signal was aborted');
  return { peer, one };
}

/** ABORT_REQUEST (section 5.4) and the life of request ids. */
export function abortTests(transport: Transport): void {
  describe('ABORT_REQUEST', () => {
    test('aborts the signal with a ProtocolError, and END_REQUEST goes out when the application ends', async (t) => {
      const server = await serve(t, transport, { onRequest: park });
      const { peer, one } = await aborted(server);
      assert.equal(one.signal.reason.code, 'aborted');
      await turn();
      assert.deepEqual(peer.records, []);
      one.end();
      const answer = await peer.answer(1);
      assert.deepEqual([answer.appStatus, answer.protocolStatus], [0, COMPLETE]);
      assert.equal(server.responder.stats.aborted, 1);
    });

    test('a signal that is first asked for after the abort is aborted', async (t) => {
      const { connect, requests, responder } = await serve(t, transport, { onRequest: park });
      const peer = await connect();
      peer.send(request(1));
      await eventually(() => requests.length === 1, 'the request was dispatched');
      peer.send(record(ABORT, 1));
      await eventually(() => responder.stats.aborted === 1, 'it was aborted');
      assert.equal(requests[0]?.signal.aborted, true);
    });

    test('any number of listeners wait for the signal without a warning', async (t) => {
      const { connect, requests } = await serve(t, transport, { onRequest: park });
      const peer = await connect();
      const warnings: string[] = [];
      const note = (warning: Error): unknown => warnings.push(warning.message);
      process.on('warning', note);
      t.after(() => process.off('warning', note));
      peer.send(request(1));
      await eventually(() => requests.length === 1, 'the request was dispatched');
      for (let count = 0; count < 50; count++) requests[0]?.signal.addEventListener('abort', () => {});
      await turn();
      assert.deepEqual(warnings, []);
    });

    test('an answer given afterwards is END_REQUEST alone', async (t) => {
      const server = await serve(t, transport, { onRequest: park });
      const { peer, one } = await aborted(server);
      one.respond(HEAD, 'too late', 7);
      const answer = await peer.answer(1);
      assert.deepEqual([answer.stdout, answer.appStatus], ['', 7]);
      assert.deepEqual(
        peer.records.map(({ type }) => type),
        [END],
      );
    });

    test('abandoned with nothing answered, the application status is 0 and the connection stays', async (t) => {
      const server = await serve(t, transport, { onRequest: park });
      const { peer, one } = await aborted(server);
      one.abandon('cancelled');
      assert.equal((await peer.answer(1)).appStatus, 0);
      await turn();
      assert.equal(peer.closed, false);
    });

    test('within a streamed answer it ends the stream: writes are dropped, drained rejects', async (t) => {
      const server = await serve(t, transport, { onRequest: (one) => void one.write(HEAD) });
      const { peer, one } = await aborted(server);
      assert.equal(one.write('more'), false);
      await assert.rejects(one.drained(), { name: 'ProtocolError', code: 'aborted' });
      one.end();
      assert.equal((await peer.answer(1)).stdout, HEAD);
    });

    test('makes a body that is being read reject', async (t) => {
      const rejected = gate();
      let code = '';
      const { connect } = await serve(t, transport, {
        onRequest: async (one) => {
          try {
            for await (const chunk of one.body) void chunk;
          } catch (error) {
            code = error instanceof Error && 'code' in error ? String(error.code) : '';
            rejected.open();
            one.end();
          }
        },
      });
      const peer = await connect();
      await peer.sendAlone(begin(1), stream(PARAMS, 1, ''), record(STDIN, 1, 'some'));
      peer.send(record(ABORT, 1));
      await rejected.opened;
      assert.equal(code, 'aborted');
      await peer.answer(1);
    });

    test('before the end of PARAMS it is answered without the application', async (t) => {
      const { connect, requests } = await serve(t, transport, { onRequest: hello });
      const peer = await connect();
      peer.send(begin(1), record(PARAMS, 1, 'abc'), record(ABORT, 1));
      const answer = await peer.answer(1);
      assert.deepEqual([answer.appStatus, answer.protocolStatus], [0, COMPLETE]);
      peer.send(request(1));
      assert.equal((await peer.answer(1)).stdout, `${HEAD}hello`);
      assert.equal(requests.length, 1);
    });

    test('spares the other requests of the connection', async (t) => {
      const { connect, requests } = await serve(t, transport, { onRequest: park });
      const peer = await connect();
      peer.send(request(1), request(2));
      await eventually(() => requests.length === 2, 'both were dispatched');
      peer.send(record(ABORT, 1));
      await eventually(() => requests[0]?.signal.aborted === true, 'the first was aborted');
      assert.equal(requests[1]?.signal.aborted, false);
      requests[1]?.respond(HEAD, 'whole');
      assert.equal((await peer.answer(2)).stdout, `${HEAD}whole`);
    });

    test('for an answered request changes nothing', async (t) => {
      const { connect, responder } = await serve(t, transport, { onRequest: hello });
      const peer = await connect();
      peer.send(request(1));
      await peer.answer(1);
      peer.send(record(ABORT, 1), request(1));
      assert.equal((await peer.answer(1)).stdout, `${HEAD}hello`);
      assert.equal(responder.stats.aborted, 0);
    });
  });

  describe('request ids', () => {
    test('an id lives beyond the end of STDIN, until END_REQUEST', async (t) => {
      const { connect, requests, responder } = await serve(t, transport, { onRequest: park });
      const peer = await connect();
      peer.send(request(1));
      await eventually(() => requests.length === 1, 'the request was dispatched');
      assert.equal(responder.stats.requestsOpen, 1);
      peer.send(begin(1));
      await peer.closing();
    });

    test('an id is free again as soon as END_REQUEST is sent', async (t) => {
      const { connect } = await serve(t, transport, { onRequest: hello });
      const peer = await connect();
      for (let i = 0; i < 20; i++) {
        peer.send(request(1));
        await peer.answer(1);
      }
      assert.equal(peer.records.filter(({ type }) => type === STDOUT).length, 40);
    });

    test('the rest of a body that was answered early is dropped', async (t) => {
      const { connect } = await serve(t, transport, { onRequest: hello });
      const peer = await connect();
      peer.send(begin(1), stream(PARAMS, 1, ''));
      await peer.answer(1);
      peer.send(stream(STDIN, 1, 'x'.repeat(200_000)), request(1));
      assert.equal((await peer.answer(1)).stdout, `${HEAD}hello`);
    });
  });
}

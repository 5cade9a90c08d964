import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  begin,
  CANT_MPX,
  COMPLETE,
  END,
  eventually,
  GET_VALUES,
  OVERLOADED,
  PARAMS,
  type Pairs,
  type Peer,
  pairs,
  record,
  request,
  STDIN,
  stream,
  turn,
} from '../../support/fastcgi-peer.ts';
import { type BodyRead, echo, gate, HEAD, hello, park, readAll, serve, type Transport } from './support.ts';

/** Every ceiling has its answer, and a request above one costs its neighbours nothing. */
export function limitTests(transport: Transport): void {
  describe('limits', () => {
    test('paramsBytes: as many are taken', async (t) => {
      const { connect } = await serve(t, transport, { onRequest: hello, limits: { paramsBytes: 100 } });
      const peer = await connect();
      peer.send(request(1, { params: [['A', 'x'.repeat(97)]] }));
      assert.equal((await peer.answer(1)).protocolStatus, COMPLETE);
    });

    test('paramsBytes: one more is OVERLOADED, and the connection goes on', async (t) => {
      const { connect, requests, responder } = await serve(t, transport, {
        onRequest: hello,
        limits: { paramsBytes: 100 },
      });
      const peer = await connect();
      peer.send(request(1, { params: [['A', 'x'.repeat(98)]], body: 'rest' }), request(2));
      assert.equal((await peer.answer(1)).protocolStatus, OVERLOADED);
      assert.equal((await peer.answer(2)).protocolStatus, COMPLETE);
      assert.equal(requests.length, 1);
      assert.equal(responder.stats.overloaded, 1);
    });

    test('paramsPairs: one more is OVERLOADED', async (t) => {
      const { connect } = await serve(t, transport, { onRequest: hello, limits: { paramsPairs: 3 } });
      const peer = await connect();
      const params = (count: number): Pairs => Array.from({ length: count }, (_, i) => [`N${i}`, ''] as const);
      peer.send(request(1, { params: params(3) }), request(2, { params: params(4) }));
      assert.equal((await peer.answer(1)).protocolStatus, COMPLETE);
      assert.equal((await peer.answer(2)).protocolStatus, OVERLOADED);
    });

    test('requestsPerConnection: one more is OVERLOADED, the open ones are served', async (t) => {
      const { connect, requests } = await serve(t, transport, {
        onRequest: park,
        limits: { requestsPerConnection: 2 },
      });
      const peer = await connect();
      peer.send(request(1), request(2), request(3));
      assert.equal((await peer.answer(3)).protocolStatus, OVERLOADED);
      assert.deepEqual(
        requests.map(({ id }) => id),
        [1, 2],
      );
      requests[0]?.respond(HEAD);
      await peer.answer(1);
      peer.send(request(3));
      await eventually(() => requests.length === 3, 'the third was dispatched');
    });

    test('requestsPerConnection of 1: a second request is CANT_MPX_CONN', async (t) => {
      const { connect, requests } = await serve(t, transport, {
        onRequest: park,
        limits: { requestsPerConnection: 1 },
      });
      const peer = await connect();
      peer.send(request(1), request(2));
      assert.equal((await peer.answer(2)).protocolStatus, CANT_MPX);
      requests[0]?.respond(HEAD);
      assert.equal((await peer.answer(1)).protocolStatus, COMPLETE);
    });

    test('a flood of BEGIN_REQUEST opens no more than the limit', async (t) => {
      const { connect, responder } = await serve(t, transport, { limits: { requestsPerConnection: 10 } });
      const peer = await connect();
      const total = 5000;
      peer.send(...Array.from({ length: total }, (_, i) => begin(i + 1)));
      await peer.waitFor(() => peer.records.length === total - 10, 'every refusal');
      assert.equal(responder.stats.overloaded, total - 10);
      assert.equal(
        peer.records.every(({ type, content }) => type === END && content[4] === OVERLOADED),
        true,
      );
    });

    test('a peer that asks on and on without taking answers is read no further', async (t) => {
      const { connect, responder } = await serve(t, transport, {
        onRequest: hello,
        limits: { requestsPerConnection: 4 },
      });
      const peer = await connect();
      peer.socket.pause();
      const batch = Buffer.concat(
        Array.from({ length: 1000 }, () => record(GET_VALUES, 0, pairs([['FCGI_MAX_CONNS', '']]))),
      );
      for (let i = 0; i < 200; i++) peer.socket.write(batch);
      await turn();
      await eventually(() => peer.socket.writableLength > 0, 'our own output was held up');
      const held = peer.socket.writableLength;
      await turn();
      assert.ok(peer.socket.writableLength > held / 2, 'the responder goes on reading');
      peer.socket.resume();
      await peer.waitFor(() => peer.records.length === 200_000, 'every answer');
      assert.equal(responder.stats.protocolErrors, 0);
    });

    test('stdinBytes: a longer body rejects, and the request is OVERLOADED', async (t) => {
      let result: BodyRead | undefined;
      const { connect } = await serve(t, transport, {
        limits: { stdinBytes: 1000 },
        onRequest: async (one) => {
          result = await readAll(one);
          one.respond(HEAD);
        },
      });
      const peer = await connect();
      peer.send(request(1, { body: 'x'.repeat(1000) }));
      assert.equal((await peer.answer(1)).protocolStatus, COMPLETE);
      assert.deepEqual(result, { bytes: 1000, code: null });
      peer.send(request(1, { body: 'x'.repeat(1001) }));
      assert.equal((await peer.answer(1)).protocolStatus, OVERLOADED);
      await eventually(() => result?.code === 'limit', 'the body rejected');
    });

    test('stdinBytes: an answer that has begun is left to the application', async (t) => {
      const { connect } = await serve(t, transport, {
        limits: { stdinBytes: 1000 },
        onRequest: async (one) => {
          one.write(HEAD);
          const { code } = await readAll(one);
          one.write(String(code));
          one.end();
        },
      });
      const peer = await connect();
      peer.send(request(1, { body: 'x'.repeat(2000) }));
      const answer = await peer.answer(1);
      assert.deepEqual([answer.stdout, answer.protocolStatus], [`${HEAD}limit`, COMPLETE]);
    });

    test('stdinWindow: the body of the only request stops the web server until it is read', async (t) => {
      const begun = gate();
      const body = Buffer.alloc(20_000_000, 'x');
      let bytes = 0;
      const { connect, requests } = await serve(t, transport, {
        limits: { stdinWindow: 1000, stdinBytes: body.length },
        onRequest: async (one) => {
          await begun.opened;
          ({ bytes } = await readAll(one));
          one.respond(HEAD);
        },
      });
      const peer = await connect();
      peer.send(request(1, { body }));
      await eventually(() => requests.length === 1, 'the request was dispatched');
      for (let i = 0; i < 20; i++) await turn();
      assert.equal(peer.closed, false);
      assert.ok(peer.socket.writableLength > 0, 'everything was taken though nobody reads');
      begun.open();
      assert.equal((await peer.answer(1)).protocolStatus, COMPLETE);
      assert.equal(bytes, body.length);
    });

    test('stdinWindow: an unread body among neighbours is given up at four windows, and they go on', async (t) => {
      const { connect, requests } = await serve(t, transport, {
        limits: { stdinWindow: 1000 },
        onRequest: (one) => (one.id === 3 ? hello(one) : park()),
      });
      const peer = await connect();
      peer.send(request(1), begin(2), stream(PARAMS, 2, ''), record(STDIN, 2, 'x'.repeat(4000)));
      peer.send(request(3));
      assert.equal((await peer.answer(3)).protocolStatus, COMPLETE);
      assert.equal(requests[1]?.ended, false);
      peer.send(record(STDIN, 2, 'x'), record(STDIN, 2));
      assert.equal((await peer.answer(2)).protocolStatus, OVERLOADED);
      requests[0]?.respond(HEAD, 'whole');
      assert.equal((await peer.answer(1)).stdout, `${HEAD}whole`);
    });

    test('stdinWindow: a body before the end of PARAMS is given up at four windows, not waited with', async (t) => {
      const { connect } = await serve(t, transport, { limits: { stdinWindow: 1000 } });
      const peer = await connect();
      peer.send(begin(1), record(STDIN, 1, 'x'.repeat(3000)), stream(PARAMS, 1, ''), record(STDIN, 1));
      assert.equal((await peer.answer(1)).protocolStatus, COMPLETE);
      peer.send(begin(1), record(STDIN, 1, 'x'.repeat(4001)));
      assert.equal((await peer.answer(1)).protocolStatus, OVERLOADED);
    });

    test('a body that the application leaves early does not hold up the connection', async (t) => {
      const { connect } = await serve(t, transport, {
        limits: { stdinWindow: 1000 },
        onRequest: async (one) => {
          for await (const chunk of one.body) {
            void chunk;
            break;
          }
          await turn();
          one.respond(HEAD, 'seen enough');
        },
      });
      const peer = await connect();
      peer.send(request(1, { body: Buffer.alloc(3_000_000) }));
      assert.equal((await peer.answer(1)).stdout, `${HEAD}seen enough`);
      peer.send(request(2));
      assert.equal((await peer.answer(2)).protocolStatus, COMPLETE);
    });

    test('a body may be iterated once', async (t) => {
      let message = '';
      const { connect } = await serve(t, transport, {
        onRequest: async (one) => {
          await readAll(one);
          try {
            for await (const chunk of one.body) void chunk;
          } catch (error) {
            message = error instanceof Error ? error.message : '';
          }
          one.respond(HEAD);
        },
      });
      const peer = await connect();
      peer.send(request(1, { body: 'b' }));
      await peer.answer(1);
      assert.match(message, /once/);
    });

    test('connections: one more waits until another closes', async (t) => {
      const { connect, responder } = await serve(t, transport, { limits: { connections: 2 } });
      const [first, second] = [await connect(), await connect()];
      first.send(request(1));
      second.send(request(1));
      await first.answer(1);
      await second.answer(1);
      const third = await connect();
      third.send(request(1));
      for (let i = 0; i < 5; i++) await turn();
      assert.equal(third.records.length, 0);
      assert.equal(responder.stats.connectionsOpen, 2);
      first.destroy();
      assert.equal((await third.answer(1)).protocolStatus, COMPLETE);
    });

    test('headers that declare 64 KiB buy no memory', { skip: NO_MEASURE }, async (t) => {
      const { connect, responder } = await serve(t, transport, { onRequest: echo });
      const count = 200;
      const header = (length: number): Buffer => record(PARAMS, 1, Buffer.alloc(length)).subarray(0, 16);
      const grown = async (bytes: Buffer): Promise<number> => {
        const before = dataBytes();
        const peers: Peer[] = [];
        for (let i = 0; i < count; i++) {
          const peer = await connect();
          await peer.sendAlone(bytes);
          peers.push(peer);
        }
        assert.equal(responder.stats.connectionsOpen, count);
        const growth = dataBytes() - before;
        for (const peer of peers) peer.destroy();
        await eventually(() => responder.stats.connectionsOpen === 0, 'the connections were closed');
        return growth;
      };
      await grown(header(9));
      // JavaScript's own heap grows and shrinks beside it by megabytes: the middle of several differences counts.
      const differences: number[] = [];
      for (let i = 0; i < 5; i++) differences.push(-(await grown(header(9))) + (await grown(header(65_535))));
      const cost = differences.sort((a, b) => a - b)[2] ?? Number.NaN;
      assert.ok(cost < (count * 65_536) / 2, `${count} headers cost ${cost} bytes, of ${differences.join(', ')}`);
    });
  });
}

/** Why the memory of this process tells nothing; false where it does. */
const NO_MEASURE = noMeasure();

function noMeasure(): string | false {
  if (process.platform !== 'linux') return 'needs /proc';
  const sanitized = readFileSync('/proc/self/maps', 'latin1').includes('libclang_rt.asan');
  return sanitized && "the sanitizer's allocator takes megabytes at a time and keeps what is freed";
}

/** V8's collector, which Node shows only when told to. */
const collectGarbage: () => void = (() => {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc');
})();

/** Memory of this process for data, reserved or touched, in bytes; without what JavaScript has left behind. */
function dataBytes(): number {
  collectGarbage();
  const line = /^VmData:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'));
  return Number(line?.[1]) * 1024;
}

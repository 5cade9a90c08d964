import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { COMPLETE, END, eventually, request, STDOUT, turn } from '../../support/fastcgi-peer.ts';
import { HEAD, hello, park, serve, type Transport } from './support.ts';

/** What goes out: answers whole and streamed, STDERR, statuses, roles, the connection's end (section 5). */
export function answerTests(transport: Transport): void {
  describe('answers', () => {
    test('STDOUT, its closing record and END_REQUEST come in this order', async (t) => {
      const { connect } = await serve(t, transport, { onRequest: hello });
      const peer = await connect();
      peer.send(request(3));
      await peer.answer(3);
      assert.deepEqual(
        peer.records.map(({ type, id, content }) => [type, id, content.toString('latin1')]),
        [
          [STDOUT, 3, `${HEAD}hello`],
          [STDOUT, 3, ''],
          [END, 3, '\0\0\0\0\0\0\0\0'],
        ],
      );
    });

    test('a head string is sent as Latin-1, a body string as UTF-8', async (t) => {
      const { connect } = await serve(t, transport, { onRequest: (one) => one.respond('X: ü\r\n\r\n', 'ü') });
      const peer = await connect();
      peer.send(request(1));
      const { stdoutBytes } = await peer.answer(1);
      assert.equal(stdoutBytes.toString('hex'), Buffer.from('583a20fc0d0a0d0ac3bc', 'hex').toString('hex'));
    });

    test('an answer without body has the head alone', async (t) => {
      const { connect } = await serve(t, transport, { onRequest: (one) => one.respond(Buffer.from(HEAD), null) });
      const peer = await connect();
      peer.send(request(1));
      assert.equal((await peer.answer(1)).stdout, HEAD);
    });

    test('an answer of megabytes to a peer that reads slowly arrives whole', async (t) => {
      const body = Buffer.alloc(5_000_000, 'abcdefghijk');
      const { connect } = await serve(t, transport, { onRequest: (one) => one.respond(HEAD, body) });
      const peer = await connect();
      peer.socket.pause();
      peer.send(request(1, { keep: false }));
      await turn();
      peer.socket.resume();
      const { stdoutBytes } = await peer.answer(1);
      assert.deepEqual(stdoutBytes.subarray(HEAD.length), body);
    });

    test('the application status is passed on', async (t) => {
      const { connect } = await serve(t, transport, { onRequest: (one) => one.respond(HEAD, '', 0x80000001) });
      const peer = await connect();
      peer.send(request(1));
      const { appStatus, protocolStatus } = await peer.answer(1);
      assert.deepEqual([appStatus, protocolStatus], [0x80000001, COMPLETE]);
    });

    test('a streamed answer arrives in the order of its writes, with STDERR beside it', async (t) => {
      const { connect } = await serve(t, transport, {
        onRequest: (one) => {
          one.write(HEAD);
          one.writeStderr('a wärning\n');
          one.write(Buffer.from('one '));
          one.write('');
          one.write('twö');
          one.end(3);
        },
      });
      const peer = await connect();
      peer.send(request(1));
      const answer = await peer.answer(1);
      assert.equal(answer.stdout, `${HEAD}one twö`);
      assert.equal(answer.stderr, 'a wärning\n');
      assert.deepEqual([answer.appStatus, answer.stdoutClosed], [3, true]);
    });

    test('ended without a word, a request has an empty STDOUT', async (t) => {
      const { connect } = await serve(t, transport, { onRequest: (one) => one.end() });
      const peer = await connect();
      peer.send(request(1));
      const answer = await peer.answer(1);
      assert.deepEqual([answer.stdout, answer.stdoutClosed, answer.appStatus], ['', true, 0]);
    });

    test('what is written after the end is dropped', async (t) => {
      const { connect, requests } = await serve(t, transport, { onRequest: hello });
      const peer = await connect();
      peer.send(request(1));
      await peer.answer(1);
      const [one] = requests;
      assert.equal(one?.ended, true);
      one?.write('more');
      one?.writeStderr('more');
      one?.respond(HEAD, 'more');
      one?.end();
      one?.abandon('more');
      peer.send(request(1));
      assert.equal((await peer.answer(1)).stdout, `${HEAD}hello`);
      assert.equal(peer.records.length, 6);
    });

    test('write says when to wait, and drained says when to go on', async (t) => {
      const chunk = Buffer.alloc(16 * 1024, 'x');
      const total = 400;
      let held = 0;
      const { connect } = await serve(t, transport, {
        limits: { outputWindow: 64 * 1024 },
        onRequest: async (one) => {
          one.write(HEAD);
          for (let i = 0; i < total; i++) {
            if (one.write(chunk)) continue;
            held++;
            await one.drained();
          }
          one.end();
        },
      });
      const peer = await connect();
      peer.socket.pause();
      peer.send(request(1));
      await turn();
      await eventually(() => held > 0, 'the window was full');
      // The kernel takes some of it; then nothing moves.
      let before = -1;
      for (; before !== held; await turn()) before = held;
      assert.ok(held * chunk.length < 1_000_000, `${held} times it went on`);
      peer.socket.resume();
      const { stdoutBytes } = await peer.answer(1);
      assert.equal(stdoutBytes.length, HEAD.length + total * chunk.length);
    });

    test('drained resolves at once while the output is below the window', async (t) => {
      let resolved = false;
      const { connect } = await serve(t, transport, {
        onRequest: async (one) => {
          one.write(HEAD);
          await one.drained();
          resolved = true;
          one.end();
        },
      });
      const peer = await connect();
      peer.send(request(1));
      await peer.answer(1);
      assert.equal(resolved, true);
    });

    test('a slow answer does not hold up another on the same connection', async (t) => {
      const { connect, requests } = await serve(t, transport, {
        onRequest: (one) => (one.id === 1 ? park() : hello(one)),
      });
      const peer = await connect();
      peer.send(request(1), request(2));
      assert.equal((await peer.answer(2)).stdout, `${HEAD}hello`);
      requests[0]?.respond(HEAD, 'late');
      assert.equal((await peer.answer(1)).stdout, `${HEAD}late`);
    });

    test('a handler that throws is answered with status 500 and told', async (t) => {
      const { connect, errors } = await serve(t, transport, {
        onRequest: () => {
          throw new Error('broken handler');
        },
      });
      const peer = await connect();
      peer.send(request(1));
      const { stdout } = await peer.answer(1);
      assert.match(stdout, /^Status: 500 /);
      assert.doesNotMatch(stdout, /broken/);
      assert.deepEqual(
        errors.map(({ message }) => message),
        ['broken handler'],
      );
    });

    test('a handler whose promise rejects is answered and told alike', async (t) => {
      const { connect, errors } = await serve(t, transport, {
        onRequest: () => Promise.reject(new Error('broken later')),
      });
      const peer = await connect();
      peer.send(request(1));
      assert.match((await peer.answer(1)).stdout, /^Status: 500 /);
      assert.deepEqual(
        errors.map(({ message }) => message),
        ['broken later'],
      );
    });

    test('abandoning the only request closes the connection without END_REQUEST', async (t) => {
      const { connect, requests } = await serve(t, transport, { onRequest: (one) => void one.write(HEAD) });
      const peer = await connect();
      peer.send(request(1));
      await peer.next();
      requests[0]?.abandon('the source broke off');
      await peer.closing();
      assert.deepEqual(
        peer.records.filter(({ type }) => type === END),
        [],
      );
    });

    test('abandoning one of several requests ends it with a status other than 0 and spares the others', async (t) => {
      const { connect, requests } = await serve(t, transport, { onRequest: park });
      const peer = await connect();
      peer.send(request(1), request(2));
      await eventually(() => requests.length === 2, 'both were dispatched');
      requests[0]?.write(HEAD);
      requests[0]?.abandon('the source broke off');
      requests[1]?.respond(HEAD, 'whole');
      assert.notEqual((await peer.answer(1)).appStatus, 0);
      assert.equal((await peer.answer(2)).stdout, `${HEAD}whole`);
    });
  });
}

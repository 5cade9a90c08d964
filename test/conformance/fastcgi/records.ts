import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  begin,
  COMPLETE,
  DATA,
  PARAMS,
  type Pairs,
  pairs,
  record,
  request,
  STDIN,
  STDOUT,
  stream,
} from '../../support/fastcgi-peer.ts';
import { HEAD, hello, park, serve, type Transport } from './support.ts';

const BOUNDARY_SIZES = [0, 1, 127, 128, 65_535, 65_536, 66_000];

/** How records and name-value pairs are read (sections 3.3 and 3.4). */
export function recordTests(transport: Transport): void {
  describe('records', () => {
    for (const size of BOUNDARY_SIZES) {
      test(`a parameter of ${size} bytes arrives whole`, async (t) => {
        const { connect, requests } = await serve(t, transport, { onRequest: hello });
        const peer = await connect();
        const value = 'v'.repeat(size);
        peer.send(request(1, { params: [['NAME', value]] }));
        await peer.answer(1);
        assert.equal(requests[0]?.params.get('NAME'), value);
      });

      test(`a parameter whose name has ${size} bytes arrives whole`, async (t) => {
        const { connect, requests } = await serve(t, transport, { onRequest: hello });
        const peer = await connect();
        const name = 'n'.repeat(size);
        peer.send(request(1, { params: [[name, 'value']] }));
        await peer.answer(1);
        assert.equal(requests[0]?.params.get(name), 'value');
      });

      test(`a body of ${size} bytes arrives whole`, async (t) => {
        const { connect } = await serve(t, transport);
        const peer = await connect();
        const body = Buffer.alloc(size, 'body');
        peer.send(request(1, { body }));
        const answer = await peer.answer(1);
        assert.deepEqual(answer.stdoutBytes, Buffer.concat([Buffer.from(`${HEAD}\n`), body]));
      });

      test(`an answer of ${size} bytes goes out whole and its stream is closed`, async (t) => {
        const body = Buffer.alloc(size, 'answer');
        const { connect } = await serve(t, transport, { onRequest: (one) => one.respond(HEAD, body) });
        const peer = await connect();
        peer.send(request(1));
        const answer = await peer.answer(1);
        assert.deepEqual(answer.stdoutBytes, Buffer.concat([Buffer.from(HEAD), body]));
        assert.equal(answer.stdoutClosed, true);
      });
    }

    test('a request is the same wherever its bytes are cut', async (t) => {
      const { connect } = await serve(t, transport);
      const peer = await connect();
      const long = 'x'.repeat(130);
      const bytes = request(1, {
        params: [
          ['A', '1'],
          ['B', long],
          ['', 'nameless'],
        ],
        body: 'some body',
      });
      for (let at = 1; at < bytes.length; at++) {
        await peer.sendAlone(bytes.subarray(0, at));
        peer.send(bytes.subarray(at));
        const { stdout } = await peer.answer(1);
        assert.equal(stdout, `${HEAD}A=1\nB=${long}\n=nameless\n\nsome body`, `cut at ${at}`);
      }
    });

    test('a request that arrives byte by byte is the same', async (t) => {
      const { connect } = await serve(t, transport);
      const peer = await connect();
      peer.socket.setNoDelay(true);
      for (const byte of request(1, { params: [['A', '1']], body: 'b' })) await peer.sendAlone(Buffer.from([byte]));
      const { stdout } = await peer.answer(1);
      assert.equal(stdout, `${HEAD}A=1\n\nb`);
    });

    test('a pair may be cut across records at every place', async (t) => {
      const { connect } = await serve(t, transport);
      const peer = await connect();
      const bytes = pairs([
        ['LONG', 'x'.repeat(200)],
        ['B', '2'],
      ]);
      for (let at = 1; at < bytes.length; at++) {
        const [first, second] = [bytes.subarray(0, at), bytes.subarray(at)];
        peer.send(
          begin(1),
          record(PARAMS, 1, first, at % 256),
          record(PARAMS, 1, second),
          record(PARAMS, 1),
          record(STDIN, 1),
        );
        const { stdout } = await peer.answer(1);
        assert.equal(stdout, `${HEAD}LONG=${'x'.repeat(200)}\nB=2\n\n`, `cut at ${at}`);
      }
    });

    test('padding of 0 to 255 bytes after any record is skipped', async (t) => {
      const { connect } = await serve(t, transport);
      const peer = await connect();
      const beginBody = Buffer.from([0, 1, 1, 0, 0, 0, 0, 0]);
      for (const padding of [0, 1, 7, 8, 255]) {
        peer.send(
          record(1, 1, beginBody, padding),
          record(PARAMS, 1, pairs([['A', '1']]), padding),
          record(PARAMS, 1, '', padding),
          record(STDIN, 1, 'body', padding),
          record(STDIN, 1, '', padding),
        );
        const { stdout } = await peer.answer(1);
        assert.equal(stdout, `${HEAD}A=1\n\nbody`, `padding ${padding}`);
      }
    });

    test('one record per pair, as mod_fastcgi sends them, is one set of parameters', async (t) => {
      const { connect } = await serve(t, transport);
      const peer = await connect();
      const list: Pairs = Array.from({ length: 40 }, (_, i) => [`NAME_${i}`, `${i}`] as const);
      peer.send(begin(1), ...list.map((pair) => record(PARAMS, 1, pairs([pair]))), record(PARAMS, 1), record(STDIN, 1));
      const { stdout } = await peer.answer(1);
      assert.equal(stdout, `${HEAD}${list.map(([name, value]) => `${name}=${value}\n`).join('')}\n`);
    });

    test('a name sent twice counts with its last value, and both are kept', async (t) => {
      const { connect, requests } = await serve(t, transport, { onRequest: hello });
      const peer = await connect();
      peer.send(
        request(1, {
          params: [
            ['A', 'first'],
            ['B', 'other'],
            ['A', 'last'],
          ],
        }),
      );
      await peer.answer(1);
      const params = requests[0]?.params;
      assert.equal(params?.get('A'), 'last');
      assert.deepEqual(params?.getAll('A'), ['first', 'last']);
      assert.equal(params?.size, 3);
    });

    test('values are read as UTF-8 where they are, as Latin-1 where not, and as bytes untouched', async (t) => {
      const { connect, requests } = await serve(t, transport, { onRequest: hello });
      const peer = await connect();
      const latin = Buffer.from([0x4d, 0xfc, 0x6e]);
      peer.send(
        request(1, {
          params: [
            ['UTF8', 'Mün'],
            ['LATIN', latin],
            ['REPLACED', '\ufffd'],
          ],
        }),
      );
      await peer.answer(1);
      const params = requests[0]?.params;
      assert.equal(params?.get('UTF8'), 'Mün');
      assert.equal(params?.get('LATIN'), 'Mün');
      assert.deepEqual(params?.getBytes('LATIN'), latin);
      assert.equal(params?.get('REPLACED'), '\ufffd');
    });

    test('ids from 1 to 65 535 interleave on a connection', async (t) => {
      const { connect } = await serve(t, transport);
      const peer = await connect();
      const ids = [1, 2, 255, 256, 65_535];
      const streams = ids.map((id) => [
        begin(id),
        record(PARAMS, id, pairs([['ID', `${id}`]])),
        record(PARAMS, id),
        record(STDIN, id, `first ${id} `),
        record(STDIN, id, `second ${id}`),
        record(STDIN, id),
      ]);
      for (let step = 0; step < 6; step++) peer.send(...streams.map((parts) => parts[step] ?? Buffer.alloc(0)));
      for (const id of ids) {
        const { stdout } = await peer.answer(id);
        assert.equal(stdout, `${HEAD}ID=${id}\n\nfirst ${id} second ${id}`);
      }
    });

    test('a request is dispatched at the end of PARAMS, before any STDIN', async (t) => {
      const { connect } = await serve(t, transport, { onRequest: hello });
      const peer = await connect();
      peer.send(begin(1), record(PARAMS, 1, pairs([['A', '1']])), record(PARAMS, 1));
      const answer = await peer.answer(1);
      assert.equal(answer.protocolStatus, COMPLETE);
    });

    test('STDIN that comes before the end of PARAMS is kept', async (t) => {
      const { connect } = await serve(t, transport);
      const peer = await connect();
      peer.send(begin(1), record(STDIN, 1, 'early'), record(STDIN, 1), stream(PARAMS, 1, pairs([['A', '1']])));
      const { stdout } = await peer.answer(1);
      assert.equal(stdout, `${HEAD}A=1\n\nearly`);
    });

    test('records for ids that are not open are ignored', async (t) => {
      const { connect } = await serve(t, transport);
      const peer = await connect();
      peer.send(stream(PARAMS, 9, 'garbage'), record(STDIN, 9, 'x'), record(2, 9), record(77, 9, 'x'));
      peer.send(request(1, { body: 'b' }));
      const { stdout } = await peer.answer(1);
      assert.equal(stdout, `${HEAD}\nb`);
      assert.deepEqual(
        peer.records.filter(({ id }) => id !== 1),
        [],
      );
    });

    test('DATA and record types unknown to the specification within a request are ignored', async (t) => {
      const { connect } = await serve(t, transport);
      const peer = await connect();
      peer.send(
        begin(1),
        record(DATA, 1, 'x'),
        record(77, 1, 'y'),
        stream(PARAMS, 1, ''),
        record(STDOUT, 1, 'z'),
        record(STDIN, 1),
      );
      const { stdout } = await peer.answer(1);
      assert.equal(stdout, `${HEAD}\n`);
    });

    test('a stream with any byte changed costs at most its own connection', async (t) => {
      const { connect, errors } = await serve(t, transport);
      const bytes = request(1, { params: [['A', 'x'.repeat(130)]], body: 'some body' });
      for (let at = 0; at < bytes.length; at++) {
        for (const change of [0x01, 0x80, 0xff]) {
          const changed = Buffer.from(bytes);
          changed[at] = (changed[at] ?? 0) ^ change;
          const peer = await connect();
          await peer.sendAlone(changed);
          peer.destroy();
        }
      }
      const peer = await connect();
      peer.send(bytes);
      assert.equal((await peer.answer(1)).stdout, `${HEAD}A=${'x'.repeat(130)}\n\nsome body`);
      assert.deepEqual([...new Set(errors.map(({ name }) => name))], ['ProtocolError']);
    });

    const broken: [what: string, bytes: Buffer][] = [
      ['a version other than 1', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
      ['BEGIN_REQUEST for an open id', Buffer.concat([begin(1), begin(1)])],
      ['BEGIN_REQUEST that is too short', record(1, 1, Buffer.alloc(7))],
      ['a pair longer than its stream', Buffer.concat([begin(1), stream(PARAMS, 1, Buffer.from([3, 9, 0x41]))])],
      ['a length cut short', Buffer.concat([begin(1), stream(PARAMS, 1, Buffer.from([0x80, 0]))])],
      ['a name without a value length', Buffer.concat([begin(1), stream(PARAMS, 1, Buffer.from([1]))])],
      [
        'PARAMS after their end',
        Buffer.concat([begin(1), stream(PARAMS, 1, ''), record(PARAMS, 1, pairs([['A', '1']]))]),
      ],
    ];
    for (const [what, bytes] of broken) {
      test(`${what} closes the connection and is told as a protocol error`, async (t) => {
        const { connect, errors, responder } = await serve(t, transport, { onRequest: park });
        const peer = await connect();
        peer.send(bytes);
        await peer.closing();
        assert.deepEqual(
          errors.map(({ name }) => name),
          ['ProtocolError'],
        );
        assert.equal(responder.stats.protocolErrors, 1);
      });
    }
  });
}

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  begin,
  GET_VALUES,
  GET_VALUES_RESULT,
  type Peer,
  pairs,
  record,
  request,
  UNKNOWN_TYPE,
} from '../../support/fastcgi-peer.ts';
import { HEAD, park, serve, type Transport } from './support.ts';

async function ask(peer: Peer, names: string[]): Promise<Map<string, string>> {
  peer.send(record(GET_VALUES, 0, pairs(names.map((name) => [name, ''] as const))));
  const { type, id, content } = await peer.next();
  assert.deepEqual([type, id], [GET_VALUES_RESULT, 0]);
  const values = new Map<string, string>();
  for (let at = 0; at < content.length; ) {
    const [nameLength = 0, valueLength = 0] = content.subarray(at);
    const value = at + 2 + nameLength;
    values.set(content.toString('utf8', at + 2, value), content.toString('utf8', value, value + valueLength));
    at = value + valueLength;
  }
  return values;
}

/** Management records (section 4). */
export function managementTests(transport: Transport): void {
  describe('management records', () => {
    const limits = { connections: 7, requestsPerConnection: 5 };

    test('GET_VALUES answers what was asked', async (t) => {
      const { connect } = await serve(t, transport, { limits });
      const peer = await connect();
      const values = await ask(peer, ['FCGI_MAX_CONNS', 'FCGI_MAX_REQS', 'FCGI_MPXS_CONNS']);
      assert.deepEqual([...values].sort(), [
        ['FCGI_MAX_CONNS', '7'],
        ['FCGI_MAX_REQS', '35'],
        ['FCGI_MPXS_CONNS', '1'],
      ]);
    });

    test('GET_VALUES leaves out what was not asked and what is not known', async (t) => {
      const { connect } = await serve(t, transport, { limits });
      const peer = await connect();
      assert.deepEqual([...(await ask(peer, ['FCGI_MAX_CONNS', 'FCGI_COLOUR']))], [['FCGI_MAX_CONNS', '7']]);
    });

    test('GET_VALUES that asks for nothing gets an empty result', async (t) => {
      const { connect } = await serve(t, transport);
      const peer = await connect();
      assert.deepEqual([...(await ask(peer, []))], []);
    });

    test('GET_VALUES that asks twice gets the value once', async (t) => {
      const { connect } = await serve(t, transport, { limits });
      const peer = await connect();
      peer.send(
        record(
          GET_VALUES,
          0,
          pairs([
            ['FCGI_MAX_CONNS', ''],
            ['FCGI_MAX_CONNS', ''],
          ]),
        ),
      );
      const { content } = await peer.next();
      assert.deepEqual(content, pairs([['FCGI_MAX_CONNS', '7']]));
    });

    test('GET_VALUES cut at every place is answered, though nothing follows', async (t) => {
      const { connect } = await serve(t, transport, { limits });
      const peer = await connect();
      const bytes = record(GET_VALUES, 0, pairs([['FCGI_MAX_CONNS', '']]), 3);
      for (let at = 1; at < bytes.length; at++) {
        await peer.sendAlone(bytes.subarray(0, at));
        peer.send(bytes.subarray(at));
        const { content } = await peer.next();
        assert.deepEqual(content, pairs([['FCGI_MAX_CONNS', '7']]), `cut at ${at}`);
      }
    });

    test('a limit of one request says that connections are not multiplexed', async (t) => {
      const { connect } = await serve(t, transport, { limits: { requestsPerConnection: 1 } });
      const peer = await connect();
      assert.deepEqual([...(await ask(peer, ['FCGI_MPXS_CONNS']))], [['FCGI_MPXS_CONNS', '0']]);
    });

    test('GET_VALUES between the records of a request is answered at once', async (t) => {
      const { connect } = await serve(t, transport, { onRequest: park });
      const peer = await connect();
      peer.send(begin(1));
      assert.deepEqual([...(await ask(peer, ['FCGI_MPXS_CONNS']))], [['FCGI_MPXS_CONNS', '1']]);
    });

    test('GET_VALUES with a broken pair closes the connection', async (t) => {
      const { connect, responder } = await serve(t, transport);
      const peer = await connect();
      peer.send(record(GET_VALUES, 0, Buffer.from([9, 0, 0x41])));
      await peer.closing();
      assert.equal(responder.stats.protocolErrors, 1);
    });

    test('an unknown management record gets UNKNOWN_TYPE with its type, and the connection goes on', async (t) => {
      const { connect } = await serve(t, transport);
      const peer = await connect();
      peer.send(record(77, 0, 'whatever', 5), record(255, 0));
      const [first, second] = [await peer.next(), await peer.next()];
      assert.deepEqual(
        [first.type, first.id, first.content],
        [UNKNOWN_TYPE, 0, Buffer.from([77, 0, 0, 0, 0, 0, 0, 0])],
      );
      assert.equal(second.content[0], 255);
      peer.send(request(1));
      assert.equal((await peer.answer(1)).stdout, `${HEAD}\n`);
    });
  });
}

import { AjpPeer } from './ajp-connection.ts';
import { attribute, bodyPacket, forwardRequest } from './ajp-packets.ts';
import { bodyLength, type ClientAddress, type ClientAnswer, type ClientRequest, type GatewayClient } from './client.ts';

/** What fits a packet of 8192 bytes. */
const MOST_BODY = 8186;

export class AjpClient implements GatewayClient {
  readonly #address: ClientAddress;

  constructor(address: ClientAddress) {
    this.#address = address;
  }

  async ask(request: ClientRequest): Promise<ClientAnswer> {
    const { method = 'GET', target, signal, headers = {} } = request;
    const peer = await AjpPeer.connect(this.#address);
    signal?.addEventListener('abort', () => peer.socket.destroy(new Error('aborted')), { once: true });
    const length = bodyLength(request);
    const [uri = '', ...query] = target.split('?');
    peer.socket.write(
      forwardRequest({
        method,
        uri,
        headers: {
          Host: 'maps.example',
          ...headers,
          ...(length === undefined ? {} : { 'content-length': `${length}` }),
        },
        attributes: query.length === 0 ? [] : [attribute(0x05, query.join('?'))],
      }),
    );
    const pieces = packets(request.body);
    // Unasked, and not waited for: an application may answer before it has the body.
    if (length !== undefined && length > 0) void sendNext(peer, pieces);
    const body = answerBody(peer, pieces);
    const { value: head } = await body.next();
    if (head === undefined || Buffer.isBuffer(head)) throw new Error('no head came');
    return { ...head, body: body as AsyncGenerator<Buffer> };
  }
}

type Head = Pick<ClientAnswer, 'status' | 'headers'>;

/** The head, then the pieces of the body; sends the request's body meanwhile, as it is asked for. */
async function* answerBody(peer: AjpPeer, pieces: AsyncIterator<Buffer>): AsyncGenerator<Head | Buffer> {
  try {
    for (let message = await peer.next(); message?.type !== 'end'; message = await peer.next()) {
      if (message === undefined) throw new Error('closed before the answer was whole');
      if (message.type === 'headers') yield message;
      else if (message.type === 'get-body') void sendNext(peer, pieces);
      else if (message.type === 'chunk' && message.data.length > 0) yield message.data;
    }
  } finally {
    peer.socket.destroy();
  }
}

async function sendNext(peer: AjpPeer, pieces: AsyncIterator<Buffer>): Promise<void> {
  const { value, done } = await pieces.next();
  peer.socket.write(bodyPacket(done === true ? Buffer.alloc(0) : value));
}

async function* packets(body: ClientRequest['body']): AsyncGenerator<Buffer> {
  for await (const chunk of Buffer.isBuffer(body) ? [body] : (body ?? [])) {
    for (let at = 0; at < chunk.length; at += MOST_BODY) yield Buffer.from(chunk.subarray(at, at + MOST_BODY));
  }
}

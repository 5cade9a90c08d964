import { once } from 'node:events';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { cgiVariables, readCgiAnswer } from './cgi-words.ts';
import { bodyLength, type ClientAddress, type ClientAnswer, type ClientRequest, type GatewayClient } from './client.ts';

/** The head of an SCGI request: a netstring of the variables, CONTENT_LENGTH first. */
export function scgiHead(variables: Readonly<Record<string, string>>, contentLength: number): Buffer {
  const all = { ...variables, SCGI: '1' };
  const words = [['CONTENT_LENGTH', String(contentLength)], ...Object.entries(all)].filter(
    ([name], index) => index === 0 || name !== 'CONTENT_LENGTH',
  );
  const content = Buffer.from(words.map((pair) => `${pair.join('\0')}\0`).join(''));
  return Buffer.concat([Buffer.from(`${content.length}:`), content, Buffer.from(',')]);
}

export class ScgiClient implements GatewayClient {
  readonly #address: ClientAddress;

  constructor(address: ClientAddress) {
    this.#address = address;
  }

  async ask(request: ClientRequest): Promise<ClientAnswer> {
    const socket = connect({ ...this.#address, noDelay: true });
    request.signal?.addEventListener('abort', () => socket.destroy(new Error('aborted')), { once: true });
    await once(socket, 'connect');
    socket.write(scgiHead(cgiVariables(request), bodyLength(request) ?? 0));
    const { body } = request;
    if (Buffer.isBuffer(body)) socket.write(body);
    else if (body !== undefined) Readable.from(body, { objectMode: false }).pipe(socket, { end: false });
    return readCgiAnswer(socket);
  }
}

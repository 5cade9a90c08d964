import { deriveTarget } from '../../../src/gateway/environ.ts';
import { trustsEverybody } from '../../../src/gateway/forwarding.ts';
import type { Application } from '../../../src/http/application.ts';
import { Request } from '../../../src/http/request.ts';
import type { ResponseBody } from '../../../src/http/response.ts';
import { cgiVariables } from './cgi-words.ts';
import type { ClientAnswer, ClientRequest, GatewayClient } from './client.ts';

/** Asks an application by the contract, without a protocol. What it throws is thrown. */
export class DirectClient implements GatewayClient {
  readonly #application: Application;

  constructor(application: Application) {
    this.#application = application;
  }

  async ask(asked: ClientRequest): Promise<ClientAnswer> {
    const variables = new Map(Object.entries(cgiVariables(asked)));
    const gateway = {
      variable: (name: string) => variables.get(name),
      variables: () => variables,
      body: bodyOf(asked),
      signal: asked.signal ?? new AbortController().signal,
    };
    const request = new Request(
      deriveTarget((name) => variables.get(name)),
      gateway,
      trustsEverybody,
    );
    const { status, headers, body } = await this.#application(request);
    const fields = Object.entries(headers).flatMap(([name, value]) =>
      [value].flat().map((one): [string, string] => [name, one]),
    );
    return { status, headers: fields, body: chunksOf(asked.method === 'HEAD' ? null : body) };
  }
}

async function* bodyOf({ body }: ClientRequest): AsyncGenerator<Uint8Array> {
  if (Buffer.isBuffer(body)) {
    for (let start = 0; start < body.length; start += PIECE) yield body.subarray(start, start + PIECE);
  } else if (body !== undefined) {
    yield* body;
  }
}

const PIECE = 16_384;

async function* chunksOf(body: ResponseBody): AsyncGenerator<Buffer> {
  if (body === null) return;
  if (typeof body === 'string' || Buffer.isBuffer(body)) {
    yield Buffer.from(body);
  } else {
    for await (const chunk of body) yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  }
}

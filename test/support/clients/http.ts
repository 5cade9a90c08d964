import http from 'node:http';
import { Readable } from 'node:stream';
import { bodyLength, type ClientAddress, type ClientAnswer, type ClientRequest, type GatewayClient } from './client.ts';

export class HttpClient implements GatewayClient {
  readonly #address: ClientAddress;

  constructor(address: ClientAddress) {
    this.#address = address;
  }

  ask({ method = 'GET', target, headers = {}, signal, ...rest }: ClientRequest): Promise<ClientAnswer> {
    const length = bodyLength({ target, ...rest });
    const request = http.request({
      ...this.#address,
      method,
      path: target,
      headers: { Host: 'maps.example', ...headers, ...(length === undefined ? {} : { 'Content-Length': length }) },
      agent: false,
      signal,
    });
    // Else they wait for the first piece of the body.
    request.flushHeaders();
    const { body } = rest;
    if (body === undefined) request.end();
    else if (Buffer.isBuffer(body)) request.end(body);
    else Readable.from(body, { objectMode: false }).pipe(request);
    return new Promise((resolve, reject) => {
      request.on('error', reject);
      request.on('response', (response) => {
        const { rawHeaders, statusCode = 0 } = response;
        const pairs: [string, string][] = [];
        for (let at = 0; at < rawHeaders.length; at += 2) pairs.push([rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '']);
        resolve({ status: statusCode, headers: pairs, body: response });
      });
    });
  }
}

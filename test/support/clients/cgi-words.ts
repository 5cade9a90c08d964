import { parseCgiHead } from '@mapgate/fastcgi-kit';
import { bodyLength, type ClientAnswer, type ClientRequest } from './client.ts';

/** The CGI variables of a request, as a web server at the root of a site sets them. */
export function cgiVariables(request: ClientRequest): Record<string, string> {
  const { method = 'GET', target, headers = {} } = request;
  const [path = '', ...query] = target.split('?');
  const length = bodyLength(request);
  const variables: Record<string, string> = {
    CONTENT_LENGTH: length === undefined ? '' : String(length),
    GATEWAY_INTERFACE: 'CGI/1.1',
    REQUEST_METHOD: method,
    REQUEST_URI: target,
    SCRIPT_NAME: '',
    PATH_INFO: decodeURIComponent(path),
    QUERY_STRING: query.join('?'),
    SERVER_PROTOCOL: 'HTTP/1.1',
    SERVER_NAME: 'maps.example',
    SERVER_PORT: '80',
    REMOTE_ADDR: '127.0.0.1',
  };
  for (const [name, value] of Object.entries(headers)) {
    variables[`HTTP_${name.toUpperCase().replaceAll('-', '_')}`] = value;
  }
  return variables;
}

/** Reads what a CGI program writes. As web servers do, it takes an answer short of its Content-Length for broken. */
export async function readCgiAnswer(output: AsyncIterable<Buffer>): Promise<ClientAnswer> {
  const chunks = output[Symbol.asyncIterator]();
  let begun = Buffer.alloc(0);
  while (!begun.includes('\r\n\r\n')) {
    const { value, done } = await chunks.next();
    if (done === true) throw new Error(`the answer ended in its head: ${begun.toString('latin1')}`);
    begun = Buffer.concat([begun, value]);
  }
  const { status, headers, body } = parseCgiHead(begun);
  const promised = headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1];
  return { status, headers, body: rest(body, chunks, promised === undefined ? undefined : Number(promised)) };
}

async function* rest(first: Buffer, chunks: AsyncIterator<Buffer>, promised: number | undefined) {
  let received = first.length;
  if (first.length > 0) yield first;
  for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
    received += next.value.length;
    yield next.value;
  }
  // An answer to HEAD promises what it does not bring.
  if (received > 0 && promised !== undefined && received !== promised) {
    throw new Error(`${received} bytes of ${promised}`);
  }
}

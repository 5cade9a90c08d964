/** A request as the client of a web server makes it. */
export interface ClientRequest {
  /** Default GET. */
  readonly method?: string;
  /** Path and query as in a request line. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: AsyncIterable<Uint8Array> | Buffer;
  /** Bytes of a streamed body. */
  readonly bodyLength?: number;
  /** Aborting is going away. */
  readonly signal?: AbortSignal;
}

export interface ClientAnswer {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Rejects when the answer is known not to be whole. */
  readonly body: AsyncIterable<Buffer>;
}

/** Asks a gateway in its own protocol; every request on a connection, or in a process, of its own. */
export interface GatewayClient {
  ask(request: ClientRequest): Promise<ClientAnswer>;
}

/** Where a gateway listens. */
export interface ClientAddress {
  readonly host: string;
  readonly port: number;
}

export function bodyLength({ body, bodyLength: given }: ClientRequest): number | undefined {
  return Buffer.isBuffer(body) ? body.length : given;
}

export async function collect(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export function valuesOf(answer: ClientAnswer, name: string): string[] {
  return answer.headers.filter(([given]) => given.toLowerCase() === name).map(([, value]) => value);
}

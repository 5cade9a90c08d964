import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import sharp from 'sharp';

/** A request as the map server got it. */
export interface UpstreamRequest {
  readonly method: string;
  /** Path and query as sent. */
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface UpstreamAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
}

export type AnswerUpstream = (request: UpstreamRequest) => UpstreamAnswer | Promise<UpstreamAnswer>;

/** A remote map server on the loopback interface that keeps what it was asked. */
export class MapServer implements AsyncDisposable {
  readonly requests: UpstreamRequest[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Without `answer` it draws what a GetMap request or a tile asks for, in PNG. */
  static async start(answer: AnswerUpstream = drawMap): Promise<MapServer> {
    const server = createServer();
    const mapServer = new MapServer(server);
    server.on('request', async (incoming: IncomingMessage, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk);
      const request: UpstreamRequest = {
        method: incoming.method ?? '',
        url: incoming.url ?? '',
        headers: incoming.headers,
        body: Buffer.concat(chunks).toString(),
      };
      mapServer.requests.push(request);
      const { status = 200, headers = {}, body = '' } = await answer(request);
      response.writeHead(status, headers).end(body);
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    return mapServer;
  }

  /** `http://127.0.0.1:PORT` */
  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  /** Path and query of all requests so far. */
  get urls(): string[] {
    return this.requests.map(({ url }) => url);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }

  stop(): Promise<void> {
    return this[Symbol.asyncDispose]();
  }
}

export type Rgb = readonly [red: number, green: number, blue: number];

/** A picture of one colour. */
export async function solidPng(width: number, height: number, [r, g, b]: Rgb): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: { r, g, b } } })
    .png()
    .toBuffer();
}

/** A picture that tells where its parts were cut from: red counts blocks of 8 pixels from the left, green from the top. */
export async function blockPng(width: number, height: number): Promise<Buffer> {
  const data = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 3;
      data[at] = (x >> 3) & 0xff;
      data[at + 1] = (y >> 3) & 0xff;
      data[at + 2] = 200;
    }
  }
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

async function drawMap({ url, body }: UpstreamRequest): Promise<UpstreamAnswer> {
  // Names of WMS parameters may be in any case.
  const query = new URLSearchParams((body === '' ? url.slice(url.indexOf('?') + 1) : body).toUpperCase());
  // ArcGIS has one parameter for both.
  const [columns, rows] = query.get('SIZE')?.split(',') ?? [query.get('WIDTH'), query.get('HEIGHT')];
  const width = Number(columns ?? 256);
  const height = Number(rows ?? 256);
  return { headers: { 'Content-Type': 'image/png' }, body: await blockPng(width, height) };
}

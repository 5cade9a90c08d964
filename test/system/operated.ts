import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Sandbox } from '../front/sandbox.ts';
import { Mapgate } from '../support/mapgate.ts';

const APPLICATION = `
const respond = (status, body) => ({ status, headers: { 'Content-Type': 'text/plain' }, body });
export const application = (request) => {
  if (request.pathInfo === '/hang') return new Promise(() => {});
  if (request.pathInfo === '/late') return new Promise((resolve) => setTimeout(resolve, 400, respond(200, 'late')));
  if (request.pathInfo === '/missing') return respond(404, 'missing');
  if (request.pathInfo === '/fault') throw new Error('at http://user:pass@example.org/?a=b&token=topsecret');
  return respond(200, String(process.pid));
};
`;

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** `mapgate serve` with an admin socket and one HTTP address. */
export class Operated {
  readonly sandbox: Sandbox;
  readonly mapgate: Mapgate;

  private constructor(sandbox: Sandbox, mapgate: Mapgate) {
    this.sandbox = sandbox;
    this.mapgate = mapgate;
  }

  /** @param settings of the deployment file, over those that are given */
  static async start(t: TestContext, settings: object = {}, env: NodeJS.ProcessEnv = {}): Promise<Operated> {
    const sandbox = new Sandbox(t);
    writeFileSync(sandbox.path('app.mjs'), APPLICATION);
    const whole = {
      app: { module: 'app.mjs' },
      listen: [{ http: '127.0.0.1:0' }],
      workers: 2,
      admin: 'unix:admin.sock',
      pid_file: 'pid',
      ...settings,
    };
    writeFileSync(sandbox.path('mapgate.yaml'), JSON.stringify(whole));
    const args = ['serve', sandbox.path('mapgate.yaml')];
    const operated = new Operated(sandbox, new Mapgate(t, args, { env: { ...process.env, ...env } }));
    await operated.isServing();
    const workers = whole.workers as number | { count: number };
    const count = typeof workers === 'number' ? workers : workers.count;
    await until(() => operated.#isWhole(count), `${count} workers`);
    return operated;
  }

  /** Whether all workers accept, and have told their state. */
  async #isWhole(count: number): Promise<boolean> {
    const { workers } = await this.status();
    const told = workers.filter(({ state, residentMemory }) => state === 'serving' && residentMemory > 0);
    return told.length === count;
  }

  async isServing(): Promise<void> {
    const deadline = performance.now() + 30_000;
    for (;;) {
      const answer = await this.admin('/readyz').catch(() => undefined);
      if (answer?.status === 200) return;
      assert.ok(performance.now() < deadline, this.mapgate.log);
      await sleep(20);
    }
  }

  /** Process id in the pid file. */
  get pid(): number {
    return Number(readFileSync(this.sandbox.path('pid'), 'utf8'));
  }

  admin(target: string, options: http.RequestOptions = {}): Promise<Answer> {
    return ask({ socketPath: this.sandbox.path('admin.sock'), path: target, ...options });
  }

  async status(): Promise<{
    generation: number;
    workers: { pid: number; state: string; residentMemory: number }[];
    [key: string]: unknown;
  }> {
    return JSON.parse((await this.admin('/status?f=json')).body);
  }

  /** The value of a sample of /metrics by its name and labels as printed. */
  async metric(sample: string): Promise<number> {
    const { body } = await this.admin('/metrics');
    const line = body.split('\n').find((one) => one.startsWith(`${sample} `));
    return line === undefined ? Number.NaN : Number(line.slice(sample.length + 1));
  }

  async port(): Promise<number> {
    const { addresses } = await this.status();
    return Number(/http 127\.0\.0\.1:(\d+)/.exec(String(addresses))?.[1]);
  }

  async get(path: string, headers: http.OutgoingHttpHeaders = {}): Promise<Answer> {
    return ask({ host: '127.0.0.1', port: await this.port(), path, headers, agent: false });
  }
}

export function ask(options: http.RequestOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request(options, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', body }),
      );
    });
    request.on('error', reject).end();
  });
}

/** Waits until something holds. */
export async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!(await holds())) {
    assert.ok(performance.now() < deadline, `not in time: ${what}`);
    await sleep(20);
  }
}

import { type ChildProcess, spawn } from 'node:child_process';
import { parseCgiHead } from '@mapgate/fastcgi-kit';
import { SourceError } from '../../http/errors.ts';
import { getLogger } from '../../log.ts';
import { VERSION } from '../../version.ts';
import type { HttpAnswer, SourceHttp } from '../http/client.ts';
import { MAX_RESPONSE_BYTES } from '../http/dispatchers.ts';
import { Gate } from '../http/gate.ts';
import { cgiEnvironment } from './environment.ts';

const log = getLogger('mapproxy.source.request');

/** How much of what a program complains about is kept for the log. */
const MAX_ERROR_BYTES = 8000;

/** Programs of one kind at a time, where the configuration sets no limit: more would fight for the processors. */
const DEFAULT_CONCURRENCY = 16;

/** Processors are shared by all configurations, so places for a program are too. */
const gates = new Map<string, Gate>();

export interface CgiOptions {
  /** Absolute. It is started as it is: no shell reads the name. */
  readonly program: string;
  readonly workingDirectory: string;
  /** Seconds. */
  readonly timeout: number;
  /** 0: `DEFAULT_CONCURRENCY`. */
  readonly concurrency: number;
  readonly hideDetails: boolean;
}

/** Asks a CGI program on this machine as if it were a server (row SRC-61). Only by GET; of URLs only the query counts. */
export class CgiClient implements SourceHttp {
  readonly method = 'GET';
  readonly hideDetails: boolean;
  readonly #options: CgiOptions;
  readonly #gate: Gate;

  constructor(options: CgiOptions) {
    this.hideDetails = options.hideDetails;
    this.#options = options;
    this.#gate = gates.get(options.program) ?? new Gate();
    gates.set(options.program, this.#gate);
  }

  async fetch(url: string, signal: AbortSignal): Promise<HttpAnswer> {
    const { concurrency, program } = this.#options;
    const leave = await this.#gate.enter(concurrency === 0 ? DEFAULT_CONCURRENCY : concurrency, signal);
    const query = url.slice(url.indexOf('?') + 1);
    const started = performance.now();
    let answer: HttpAnswer | undefined;
    try {
      answer = answerOf(await this.#run(query, signal));
      return answer;
    } finally {
      leave();
      const size = answer === undefined ? '-' : (answer.body.length / 1024).toFixed(1);
      log.info(`CGI ${program}:${query} ${answer?.status ?? '-'} ${size} ${Math.round(performance.now() - started)}`);
    }
  }

  /** What the program writes. @throws SourceError when it fails, is too slow or writes too much */
  async #run(query: string, signal: AbortSignal): Promise<Buffer> {
    const { program, workingDirectory, timeout } = this.#options;
    const limited = AbortSignal.any([signal, AbortSignal.timeout(timeout * 1000)]);
    const child = spawn(program, [], {
      cwd: workingDirectory,
      env: cgiEnvironment(query, process.env, `Mapgate/${VERSION}`),
      stdio: ['ignore', 'pipe', 'pipe'],
      signal: limited,
      killSignal: 'SIGKILL',
    });
    const complaint = collect(child.stderr, MAX_ERROR_BYTES, () => {});
    let isTooLong = false;
    const output = collect(child.stdout, MAX_RESPONSE_BYTES, () => {
      isTooLong = true;
      child.kill('SIGKILL');
    });
    const end = await ended(child);
    signal.throwIfAborted();
    const detail = complaint().toString();
    if (limited.aborted) throw new SourceError('CGI call timed out', { detail });
    if (isTooLong)
      throw new SourceError('CGI call wrote too much', { detail: `more than ${MAX_RESPONSE_BYTES} bytes` });
    if (end instanceof Error) throw failedToStart(end, program);
    if (end !== 0) throw new SourceError(`Error during CGI call (exit code: ${end})`, { detail });
    return output();
  }
}

/** Keeps the first bytes of a stream. @returns what has come so far */
function collect(stream: NodeJS.ReadableStream | null, limit: number, onMore: () => void): () => Buffer {
  const chunks: Buffer[] = [];
  let length = 0;
  stream?.on('data', (chunk: Buffer) => {
    if (length + chunk.length > limit) onMore();
    else chunks.push(chunk);
    length += chunk.length;
  });
  return () => Buffer.concat(chunks);
}

/** Exit code, the signal's name, or why there was no program to end. */
function ended(child: ChildProcess): Promise<number | string | Error> {
  return new Promise((resolve) => {
    let failure: Error | undefined;
    child.on('error', (error) => {
      failure = error;
      if (child.pid === undefined) resolve(error);
    });
    child.on('close', (code, signalName) => resolve(code ?? signalName ?? failure ?? new Error('ended')));
  });
}

function failedToStart(error: Error, program: string): SourceError {
  const code = 'code' in error ? error.code : undefined;
  const reason =
    code === 'ENOENT' ? 'CGI script not found' : code === 'EACCES' ? 'No permission for CGI script' : undefined;
  return new SourceError(reason ?? 'CGI call failed', { detail: `${program}: ${error.message}`, cause: error });
}

function answerOf(output: Buffer): HttpAnswer {
  try {
    const { status, headers, body } = parseCgiHead(output);
    const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
    if (status !== 200) throw new SourceError(`CGI Error: ${status}`, { sourceStatus: status });
    return { status, contentType: (type.split(';')[0] ?? '').trim().toLowerCase(), body };
  } catch (cause) {
    if (cause instanceof SourceError) throw cause;
    throw new SourceError('CGI call did not answer', { cause });
  }
}

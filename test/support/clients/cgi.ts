import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { cgiVariables, readCgiAnswer } from './cgi-words.ts';
import type { ClientAnswer, ClientRequest, GatewayClient } from './client.ts';

/** Starts a CGI program for each request, as a web server does. */
export class CgiClient implements GatewayClient {
  readonly #command: readonly string[];
  readonly #onError: (text: string) => void;

  /** @param onError gets what programs write to standard error */
  constructor(command: readonly string[], onError: (text: string) => void) {
    this.#command = command;
    this.#onError = onError;
  }

  ask(request: ClientRequest): Promise<ClientAnswer> {
    const [file = '', ...args] = this.#command;
    const program = spawn(file, args, { env: { PATH: process.env.PATH, ...cgiVariables(request) } });
    program.stderr.setEncoding('utf8').on('data', this.#onError);
    program.stdin.on('error', () => {});
    const { body, signal } = request;
    signal?.addEventListener('abort', () => program.stdout.destroy(), { once: true });
    // A pipe that stays open: programs must count the bytes of the body.
    if (Buffer.isBuffer(body)) program.stdin.write(body);
    else if (body !== undefined) Readable.from(body, { objectMode: false }).pipe(program.stdin, { end: false });
    const exited = once(program, 'exit');
    const output = async function* (): AsyncGenerator<Buffer> {
      yield* program.stdout as AsyncIterable<Buffer>;
      const [code, signalName] = await exited;
      program.stdin.destroy();
      if (code !== 0) throw new Error(`the program ended with ${String(code ?? signalName)}`);
    };
    return readCgiAnswer(output());
  }
}

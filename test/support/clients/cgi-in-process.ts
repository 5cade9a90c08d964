import { PassThrough, Readable, Writable } from 'node:stream';
import { answerCgi } from '../../../src/gateway/cgi/answer.ts';
import type { TargetRule } from '../../../src/gateway/environ.ts';
import type { Application } from '../../../src/http/application.ts';
import { cgiVariables, readCgiAnswer } from './cgi-words.ts';
import type { ClientAnswer, ClientRequest, GatewayClient } from './client.ts';

/** What a pipe holds. */
const PIPE_BYTES = 65_536;

/**
 * Runs the CGI gateway in this process: environment, standard input and output of a program are given to it for each
 * request, without the process. A program whose output nobody takes any more learns so when it writes (EPIPE).
 */
export class InProcessCgiClient implements GatewayClient {
  readonly #application: Application;
  readonly #rule: TargetRule;

  constructor(application: Application, rule: TargetRule = {}) {
    this.#application = application;
    this.#rule = rule;
  }

  ask(request: ClientRequest): Promise<ClientAnswer> {
    const { body, signal } = request;
    // A pipe that stays open: programs must count the bytes of the body.
    const stdin = new PassThrough({ highWaterMark: PIPE_BYTES });
    if (Buffer.isBuffer(body)) stdin.write(body);
    else if (body !== undefined) Readable.from(body, { objectMode: false }).pipe(stdin, { end: false });

    const output = new PassThrough({ highWaterMark: PIPE_BYTES });
    signal?.addEventListener('abort', () => output.destroy(new Error('aborted')), { once: true });
    const stdout = new Writable({
      highWaterMark: PIPE_BYTES,
      write(chunk: Buffer, _, done) {
        if (output.destroyed) done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
        else if (output.write(chunk)) done();
        else onceTaken(output, done);
      },
    });
    const streams = { environ: cgiVariables(request), stdin, stdout };
    void answerCgi(this.#application, this.#rule, streams).then((whole) => {
      if (whole) output.end();
      else output.destroy(new Error('the program ended with 1'));
      stdin.destroy();
    });
    return readCgiAnswer(output);
  }
}

function onceTaken(output: PassThrough, done: () => void): void {
  const settle = (): void => {
    output.off('drain', settle).off('close', settle);
    done();
  };
  output.on('drain', settle).on('close', settle);
}

import { spawn } from 'node:child_process';
import { serializeToWellFormedString } from 'slimdom';
import { SourceError } from '../http/errors.ts';
import type { InfoTransform } from './contract.ts';
import { decodeText, parseXml } from './documents.ts';

const PROGRAM = 'xsltproc';

/**
 * A document that makes a stylesheet run for longer is given up, and so is one whose result grows beyond this: feature
 * info is small.
 */
const DEADLINE_MS = 10_000;
const MAX_RESULT_BYTES = 20_000_000;

/**
 * Transformation of feature info by an XSLT 1.0 stylesheet (rows SRC-26, WMS-40), with libxslt's own program: what
 * processors there are for JavaScript fetch stylesheets from the network, need experimental switches of Node, or have
 * a licence that forbids changes. The program gets no network and may not write; the document, which comes from
 * elsewhere, goes to it without its document type, so that it cannot name files. The stylesheet is the operator's own and
 * may include others beside it. It is read again for each document, so that changes show at once.
 */
export function stylesheet(file: string): InfoTransform {
  return async (document, signal) => {
    const { text, options } = readable(document);
    return run([...SAFELY, ...options, file, '-'], text, signal);
  };
}

const SAFELY = ['--nonet', '--nowrite', '--nomkdir', '--novalid', '--encoding', 'UTF-8'];

const HTML_START = /^\s*<(!doctype html|html|body|table|p|div)\b/i;

/** @throws SourceError for what is neither XML nor HTML */
function readable(body: Buffer): { readonly text: string; readonly options: readonly string[] } {
  try {
    const document = parseXml(body);
    document.doctype?.remove();
    return { text: serializeToWellFormedString(document), options: [] };
  } catch (cause) {
    const text = decodeText(body);
    if (HTML_START.test(text)) return { text, options: ['--html'] };
    throw new SourceError('cannot transform feature info', { detail: 'it is neither XML nor HTML', cause });
  }
}

/** @throws SourceError */
function run(parameters: readonly string[], input: string, signal: AbortSignal): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn(PROGRAM, parameters, { signal: AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]) });
    const output: Buffer[] = [];
    let size = 0;
    let complaints = '';
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_RESULT_BYTES) child.kill('SIGKILL');
      else output.push(chunk);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (complaints.length < 8000) complaints += text;
    });
    // The program may end before it has read all.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.on('error', (cause: NodeJS.ErrnoException) => {
      if (signal.aborted) return reject(signal.reason);
      const missing = cause.code === 'ENOENT';
      const detail = missing ? `the program ${PROGRAM} is not installed (Debian: xsltproc)` : cause.message;
      reject(new SourceError('cannot transform feature info', { detail, cause }));
    });
    child.on('close', (status) => {
      if (status === 0) resolve(Buffer.concat(output));
      else reject(new SourceError('cannot transform feature info', { detail: `${PROGRAM}: ${complaints || status}` }));
    });
  });
}

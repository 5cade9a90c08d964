import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from '../support/debian.ts';

export interface LoadOptions {
  /** What all paths are below. */
  readonly url: string;
  /** Asked for in turn. */
  readonly paths: readonly string[];
  /** Connections at a time. */
  readonly clients: number;
  readonly seconds: number;
  /** For the script. */
  readonly folder: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Requests answered under load. @throws Error when an answer was not 2xx or 3xx, or wrk could not connect */
export function wrk({ url, paths, clients, seconds, folder, headers = {} }: LoadOptions): Promise<number> {
  const base = new URL(url).pathname;
  const script = join(mkdtempSync(join(folder, 'wrk-')), 'paths.lua');
  writeFileSync(
    script,
    `local paths = {${paths.map((path) => JSON.stringify(base + path)).join(', ')}}
local next = 0
request = function()
  next = next % #paths + 1
  return wrk.format("GET", paths[next])
end
`,
  );
  const fields = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const child = spawn(findProgram('wrk') ?? 'wrk', [
    ...['-t1', `-c${clients}`, `-d${seconds}s`, '--timeout', '60s', '-s', script],
    ...fields,
    new URL(url).origin,
  ]);
  return new Promise((resolve, reject) => {
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    child.once('error', reject);
    child.once('exit', () => {
      const requests = /(\d+) requests in/.exec(output)?.[1];
      if (requests === undefined || /Non-2xx|Socket errors/.test(output))
        reject(new Error(`wrk on ${url}:\n${output}`));
      else resolve(Number(requests));
    });
  });
}

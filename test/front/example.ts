import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const FOLDER = path.resolve(import.meta.dirname, '../../conf-examples');

/** What the placeholders of the examples stand for in one test; conf-examples/README.md documents them. */
export interface Places {
  /** The project folder, `/srv/mapgate` in the examples. */
  readonly project: string;
  /** The executable, `/usr/local/bin/mapgate` in the examples. */
  readonly executable: string;
  /** The responder's TCP port, 9000 in the examples. */
  readonly responderPort: number;
}

/** An example as a person would copy it. */
export function exampleText(file: string): string {
  return readFileSync(path.join(FOLDER, file), 'utf8');
}

/** An example with its placeholders filled in, and nothing else changed. */
export function fillExample(file: string, places: Places): string {
  return exampleText(file)
    .replaceAll('/usr/local/bin/mapgate', places.executable)
    .replaceAll('/srv/mapgate', places.project)
    .replaceAll('127.0.0.1:9000', `127.0.0.1:${places.responderPort}`)
    .replaceAll(/("port" => |\.port=)9000\b/g, `$1${places.responderPort}`);
}

/** Replaces what a test must set differently (the port a server listens on); it has to stand there exactly once. */
export function replaceOnce(text: string, from: string, to: string): string {
  assert.equal(text.split(from).length, 2, `${JSON.stringify(from)} should stand in the example once`);
  return text.replace(from, () => to);
}

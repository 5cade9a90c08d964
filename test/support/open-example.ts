import assert from 'node:assert/strict';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { createMapProxyApp } from '../../src/app/mapproxy.ts';
import { buildMapApp } from '../../src/config/build/map-app.ts';
import { loadConfiguration } from '../../src/config/index.ts';
import type { Application } from '../../src/http/application.ts';
import { type AnswerUpstream, MapServer } from './map-server.ts';
import { temporaryFolder } from './temporary.ts';

export interface OpenExample {
  readonly app: Application;
  /** Stands for all servers that the example names. */
  readonly server: MapServer;
  /** A copy of the example's. */
  readonly folder: string;
}

/** A configuration of conf-examples/ as it is, but for its map server; there is nothing to be said about it. */
export async function openExample(test: TestContext, name: string, answer: AnswerUpstream): Promise<OpenExample> {
  const server = await MapServer.start(answer);
  test.after(() => server.stop());
  const folder = await temporaryFolder(test);
  await cp(join(import.meta.dirname, '../../conf-examples', name), folder, { recursive: true });
  const file = join(folder, 'mapproxy.yaml');
  await writeFile(file, (await readFile(file, 'utf8')).replaceAll('https://maps.example.org', server.url));
  const configuration = await loadConfiguration(file);
  assert.deepEqual(configuration.problems.list, []);
  const parts = buildMapApp(configuration);
  test.after(() => parts.close());
  return { app: createMapProxyApp(parts), server, folder };
}

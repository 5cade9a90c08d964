import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';
import type { Site } from './client.ts';
import { exampleText } from './example.ts';
import { Program } from './program.ts';
import { type ApplicationName, layProject } from './responder.ts';
import { freePort, Sandbox } from './sandbox.ts';

/** A cache before Mapgate, and what Mapgate listens on for it. */
export interface CacheStage {
  readonly sandbox: Sandbox;
  /** The example as a person would copy it. */
  readonly example: string;
  /** Where the cache is to listen, on 127.0.0.1. */
  readonly port: number;
  /** Where Mapgate listens for HTTP. */
  readonly mapgatePort: number;
  readonly isRoot: boolean;
}

export interface CachedSite extends Site {
  /** Mapgate itself, without the cache. */
  readonly direct: Site;
}

/** Starts Mapgate over HTTP, and a cache before it. `prepare` returns the command that runs the cache in the foreground. */
export async function startCache(
  t: TestContext,
  file: string,
  application: ApplicationName,
  prepare: (stage: CacheStage) => readonly string[],
): Promise<CachedSite> {
  const sandbox = new Sandbox(t);
  const [port, mapgatePort] = await Promise.all([freePort(), freePort()]);
  const project = layProject(sandbox, application, { kind: 'spawned' });
  const deployment = path.join(project.folder, 'mapgate.yaml');
  const laid = JSON.parse(readFileSync(deployment, 'utf8')) as object;
  writeFileSync(deployment, JSON.stringify({ ...laid, listen: [{ http: `127.0.0.1:${mapgatePort}` }] }));
  const mapgate = new Program(sandbox, [project.executable, 'serve', deployment]);
  await mapgate.accepts({ host: '127.0.0.1', port: mapgatePort });

  const isRoot = process.getuid?.() === 0;
  const command = prepare({ sandbox, example: exampleText(file), port, mapgatePort, isRoot });
  await new Program(sandbox, command).accepts({ host: '127.0.0.1', port });
  const direct = { host: '127.0.0.1', port: mapgatePort, mount: '' };
  return { host: '127.0.0.1', port, mount: '/mapproxy', direct };
}

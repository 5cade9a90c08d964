import { writeFileSync } from 'node:fs';
import test, { type TestContext } from 'node:test';
import { type ProgramPackages, requirePrograms } from '../support/debian.ts';
import type { Site } from './client.ts';
import { fillExample } from './example.ts';
import { Program } from './program.ts';
import { type ApplicationName, type Listen, layProject, startResponder } from './responder.ts';
import { freePort, Sandbox } from './sandbox.ts';
import { type FrontTraits, runSuite, USUAL_TRAITS } from './suite.ts';

/** An example configuration, and what is to be expected of a web server that runs it. */
export interface Example {
  /** Below conf-examples. */
  readonly file: string;
  readonly mount: string;
  readonly responder: Listen['kind'];
  readonly traits?: Partial<FrontTraits>;
}

/** What a web server's own part of a test gets: everything is to happen in the sandbox. */
export interface Stage {
  readonly sandbox: Sandbox;
  /** The example with its placeholders filled in. */
  readonly example: string;
  /** Where the web server is to listen, on 127.0.0.1. */
  readonly port: number;
  readonly isRoot: boolean;
}

/** A web server: its packages, and how it is started with an example inside the least configuration that it needs. */
export interface Front {
  readonly name: string;
  readonly programs: ProgramPackages;
  readonly examples: readonly Example[];
  /** Writes the configuration; returns the command that runs the server in the foreground. */
  prepare(stage: Stage, example: Example): readonly string[];
}

/** One test for each example: the same suite through the real web server. */
export function testFront(front: Front): void {
  for (const example of front.examples) {
    test(`${front.name} with conf-examples/${example.file}`, async (t) => {
      if (!(await requirePrograms(t, front.programs))) return;
      const [world, echo] = await Promise.all([
        startFront(t, front, example, 'world'),
        startFront(t, front, example, 'echo'),
      ]);
      await runSuite(t, { world, echo }, { ...USUAL_TRAITS, ...example.traits });
    });
  }
}

async function startFront(t: TestContext, front: Front, example: Example, application: ApplicationName): Promise<Site> {
  const sandbox = new Sandbox(t);
  const [port, responderPort] = await Promise.all([freePort(), freePort()]);
  const listen: Listen =
    example.responder === 'tcp' ? { kind: 'tcp', port: responderPort } : { kind: example.responder };
  const project = layProject(sandbox, application, listen);
  await startResponder(sandbox, project, listen);

  const places = { project: project.folder, executable: project.executable, responderPort };
  const stage = { sandbox, port, example: fillExample(example.file, places), isRoot: process.getuid?.() === 0 };
  const command = front.prepare(stage, example);
  const server = new Program(sandbox, command);
  await server.accepts({ host: '127.0.0.1', port });
  return { host: '127.0.0.1', port, mount: example.mount };
}

/** Writes a file into the sandbox and returns its path. */
export function writeInto(sandbox: Sandbox, name: string, text: string): string {
  const file = sandbox.path(name);
  writeFileSync(file, text);
  return file;
}

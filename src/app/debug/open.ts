import { readConfiguration } from '../../config/read.ts';
import type { Application } from '../../http/application.ts';
import { ConfigError } from '../../http/errors.ts';
import { getLogger } from '../../log.ts';
import { type AppTarget, OPENERS, type OpenApplication, openApplication } from '../open.ts';
import { brokenPage } from './broken-page.ts';
import { withDebugger } from './debugger.ts';
import { describeProblem, type Problem, problemOf } from './problem.ts';

const log = getLogger('mapgate.develop');

/** How a development server has its application opened. Plain data. */
export interface DevelopmentOptions {
  /** Whether failures are shown with source code and console. */
  readonly debug: boolean;
}

/**
 * Opens an application for its developers. Projects are opened on demand, so that a broken one cannot be told here: its
 * requests are answered with what is wrong.
 *
 * @throws ConfigError when it cannot be used
 */
export async function openForDevelopment(target: AppTarget, { debug }: DevelopmentOptions): Promise<OpenApplication> {
  // Stacks then speak of TypeScript and whatever else the module was made of.
  process.setSourceMapsEnabled(true);
  const named = new Set(namedFiles(target));
  const opened = await openApplication(target, {
    module: OPENERS.module,
    mapproxy: (file, extensions) => {
      const opening = OPENERS.mapproxy(file, extensions);
      return named.has(file) ? opening : opening.catch((error: unknown) => openBroken(file, error));
    },
  });
  return debug ? { ...opened, application: withDebugger(opened.application) } : opened;
}

/** Files that a target names itself, to be opened at once. */
function namedFiles(target: AppTarget): string[] {
  switch (target.kind) {
    case 'mapproxy':
    case 'module':
      return [target.file];
    case 'projects':
      return [];
    case 'mounts':
      return target.mounts.flatMap(({ app }) => namedFiles(app));
    case 'filtered':
      return namedFiles(target.app);
  }
}

/** An application that cannot be opened. */
export interface BrokenApplication {
  readonly problem: Problem;
  /** Those it was read from, as far as they are known: one of them must change to mend it. */
  readonly files: readonly string[];
}

/** What is known of an application that could not be opened for an error; without a target, it could not be told what. */
export async function describeBroken(target: AppTarget | undefined, error: unknown): Promise<BrokenApplication> {
  const read = await Promise.all((target === undefined ? [] : namedFiles(target)).map(filesReadFor));
  const named = error instanceof ConfigError && error.place !== undefined ? [error.place.file] : [];
  return { problem: problemOf(error), files: [...read.flat(), ...named] };
}

/** A configuration with its base files; what is no configuration stands for itself. */
async function filesReadFor(file: string): Promise<string[]> {
  try {
    return (await readConfiguration(file)).files.map((read) => read.file);
  } catch {
    return [file];
  }
}

async function openBroken(file: string, error: unknown): Promise<OpenApplication> {
  const { problem, files } = await describeBroken({ kind: 'mapproxy', file }, error);
  log.error(describeProblem(problem));
  const application: Application = (request) => brokenPage(problem, request.method);
  return { application, routes: undefined, files, close: async () => {} };
}

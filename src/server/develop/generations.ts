import { shortPath } from '../../app/debug/listing.ts';
import { type BrokenApplication, describeBroken } from '../../app/debug/open.ts';
import { describeProblem, type Problem } from '../../app/debug/problem.ts';
import { ConfigError } from '../../http/errors.ts';
import type { Deployment } from '../deployment.ts';
import { StartError } from '../start-error.ts';
import { Generation } from './generation.ts';
import { applicationSources, together } from './sources.ts';
import { SpareWorker } from './spare-worker.ts';
import { locateSyntaxError } from './syntax.ts';
import { listSources, type Sources, SourceWatcher } from './watch.ts';

/** The application as it is now. */
export type Current =
  | { readonly kind: 'open'; readonly generation: Generation }
  | { readonly kind: 'broken'; readonly problem: Problem };

export interface GenerationsOptions {
  readonly debug: boolean;
  readonly read: () => Deployment;
  readonly sources: Sources;
  readonly write: (line: string) => void;
}

/** Changed files named in the terminal. */
const NAMED_CHANGES = 3;

/** Opens an application, and opens it again whenever something that it was read from changes. */
export class Generations {
  readonly #options: GenerationsOptions;
  readonly #watcher: SourceWatcher;
  #current: Promise<Current> | undefined;
  #opening = new AbortController();
  /** Undefined, or nothing: there is none in reserve. */
  #spare: Promise<SpareWorker | undefined> | undefined;
  /** Of the opening before, for as long as a new one has not told its own. */
  #sources: Sources;
  readonly #retiring = new Set<Promise<void>>();
  /** The process ended by itself; the next request starts it again, so that none is started in vain. */
  #hasEnded = false;
  #isClosed = false;

  constructor(options: GenerationsOptions) {
    this.#options = options;
    this.#sources = options.sources;
    this.#watcher = new SourceWatcher((changed) => {
      options.write(`${changesText(changed)}: opening again`);
      this.open();
    });
  }

  /** Opens the application anew; what is open is closed once its last request is answered. */
  open(): void {
    if (this.#isClosed) return;
    const before = this.#current;
    this.#hasEnded = false;
    this.#opening.abort(new Error('another opening took its place'));
    this.#opening = new AbortController();
    this.#current = this.#start(this.#opening.signal, before !== undefined);
    if (before !== undefined) this.#retire(before);
  }

  /**
   * Waits for the latest opening and hands it over in the same breath: what `use` has taken hold of by its first `await`
   * is not closed before it lets go.
   */
  async use<Result>(use: (current: Current) => Promise<Result>): Promise<Result> {
    if (this.#hasEnded) this.open();
    for (;;) {
      const awaited = this.#current;
      if (awaited === undefined) throw new Error('not open');
      const current = await awaited;
      if (awaited === this.#current) return use(current);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#watcher.close();
    this.#opening.abort(new Error('stopping'));
    const current = await this.#current;
    if (current?.kind === 'open') await current.generation.retire();
    await Promise.all([...this.#retiring, this.#spare?.then((spare) => spare?.end())]);
  }

  #retire(before: Promise<Current>): void {
    const retiring = before
      .then((current) => (current.kind === 'open' ? current.generation.retire() : undefined))
      .finally(() => this.#retiring.delete(retiring));
    this.#retiring.add(retiring);
  }

  /** Never rejects. */
  async #start(signal: AbortSignal, isAgain: boolean): Promise<Current> {
    const startedAt = Date.now();
    let { sources } = this.#options;
    try {
      const deployment: Deployment = { ...this.#options.read(), development: { debug: this.#options.debug } };
      sources = together([sources, await applicationSources(deployment.app)]);
      // What hangs while it is opened can be mended, too.
      await this.#watch({ ...sources, files: [...sources.files, ...this.#sources.files] }, startedAt, signal);
      const spare = await this.#takeSpare();
      const generation = await Generation.start(deployment, spare, signal);
      this.#prepareSpare();
      sources = { ...sources, files: [...sources.files, ...generation.files] };
      await this.#watch(sources, startedAt, signal);
      void generation.exited.then((how) => this.#onExit(signal, how));
      if (isAgain && !signal.aborted) this.#options.write('open again');
      return { kind: 'open', generation };
    } catch (error) {
      if (signal.aborted) return { kind: 'broken', problem: notStarted(error) };
      this.#prepareSpare();
      const broken = await describeFailure(error);
      const files = [...sources.files, ...this.#sources.files, ...broken.files];
      const problem = await locateSyntaxError(broken.problem, (await listSources({ ...sources, files })).files);
      this.#options.write(`cannot be opened: ${describeProblem(problem)}`);
      await this.#watch({ ...sources, files: [...new Set(files)] }, startedAt, signal);
      return { kind: 'broken', problem };
    }
  }

  async #takeSpare(): Promise<SpareWorker> {
    const reserve = this.#spare;
    this.#spare = undefined;
    const spare = await reserve;
    return spare?.isAlive === true ? spare : SpareWorker.prepare();
  }

  /** For the next change, which is sure to come. */
  #prepareSpare(): void {
    if (this.#isClosed) return;
    this.#spare ??= SpareWorker.prepare().catch(() => undefined);
  }

  async #watch(sources: Sources, startedAt: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    this.#sources = sources;
    await this.#watcher.watch(sources, startedAt);
  }

  /** A worker ends before it is told to only for a fault of the application. */
  #onExit(signal: AbortSignal, how: string): void {
    if (signal.aborted || this.#isClosed) return;
    this.#hasEnded = true;
    this.#options.write(`the application's process ended (${how}); the next request starts it again`);
  }
}

/** What a worker said of the application, or else what this process knows. */
async function describeFailure(error: unknown): Promise<BrokenApplication> {
  if (error instanceof StartError && isBroken(error.cause)) return error.cause;
  if (error instanceof ConfigError) return describeBroken(undefined, error);
  return { problem: notStarted(error), files: [] };
}

function notStarted(error: unknown): Problem {
  return { kind: 'Not started', message: error instanceof Error ? error.message : String(error) };
}

function isBroken(cause: unknown): cause is BrokenApplication {
  return typeof cause === 'object' && cause !== null && 'problem' in cause && 'files' in cause;
}

function changesText(files: readonly string[]): string {
  const named = files.slice(0, NAMED_CHANGES).map((file) => shortPath(file));
  const more = files.length - named.length;
  return `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''} changed`;
}

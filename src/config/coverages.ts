import { openDatabase } from '../cache/store/sqlite.ts';
import { buildCoverage, type CoverageContext } from '../coverage/build.ts';
import type { Coverage } from '../coverage/contract.ts';
import type { CoverageOptions } from '../coverage/options.ts';
import { ConfigError } from '../http/errors.ts';
import type { CheckedOptions } from './configuration.ts';
import { type Path, pathText } from './places.ts';

/**
 * The coverages of a configuration, read before anything is built with them. One that cannot be read is an error only
 * where it is needed.
 */
export class Coverages {
  readonly #built: ReadonlyMap<string, Coverage | ConfigError>;

  private constructor(built: ReadonlyMap<string, Coverage | ConfigError>) {
    this.#built = built;
  }

  /** Reads those of sources and caches (row COV-09). */
  static async read(options: CheckedOptions): Promise<Coverages> {
    const built = new Map<string, Coverage | ConfigError>();
    for (const [path, coverage] of namedIn(options)) {
      built.set(pathText(path), await buildAt(path, coverage, options));
    }
    return new Coverages(built);
  }

  /** Undefined: none is configured there. @throws ConfigError of building it */
  at(path: Path): Coverage | undefined {
    const found = this.#built.get(pathText(path));
    if (found instanceof ConfigError) throw found;
    return found;
  }
}

function* namedIn({ sources, caches }: CheckedOptions): Generator<[path: Path, coverage: CoverageOptions]> {
  for (const [name, { options }] of sources) {
    if (options?.coverage !== undefined) yield [['sources', name, 'coverage'], options.coverage];
  }
  for (const [name, { store }] of caches) {
    if (store.options?.coverage !== undefined) yield [['caches', name, 'cache', 'coverage'], store.options.coverage];
  }
}

async function buildAt(path: Path, options: CoverageOptions, checked: CheckedOptions): Promise<Coverage | ConfigError> {
  const { problems, resolvePath } = checked;
  const context: CoverageContext = {
    resolvePath,
    openDatabase: (file) => openDatabase(file, { readonly: true }),
    warn: (message) => problems.warning(path, message),
  };
  try {
    return await buildCoverage(options, context);
  } catch (error) {
    const located = problems.located(path, error);
    if (located instanceof ConfigError) return located;
    throw error;
  }
}

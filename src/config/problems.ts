import { ConfigError, type ConfigPlace } from '../http/errors.ts';
import type { Path } from './places.ts';
import type { RawConfiguration } from './read.ts';

/** Something in a configuration that its author should know. Errors keep it from being used. */
export interface Problem {
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly place: ConfigPlace;
}

/** Collects what is wrong with one configuration, in the order in which it is found. */
export class Problems {
  readonly list: Problem[] = [];
  readonly #raw: RawConfiguration;

  constructor(raw: RawConfiguration) {
    this.#raw = raw;
    for (const message of raw.warnings) this.warning([], message);
  }

  error(path: Path, message: string): void {
    this.list.push({ severity: 'error', message, place: this.place(path) });
  }

  warning(path: Path, message: string): void {
    this.list.push({ severity: 'warning', message, place: this.place(path) });
  }

  /** An error of building something; told once, though several may need the same thing. @throws what is no ConfigError */
  caught(path: Path, thrown: unknown): void {
    const error = this.located(path, thrown);
    if (!(error instanceof ConfigError) || error.place === undefined) throw error;
    const { place } = error;
    const message = withoutPlace(error);
    const isKnown = this.list.some((one) => one.severity === 'error' && one.place.path === place.path);
    if (!isKnown) this.list.push({ severity: 'error', message, place });
  }

  place(path: Path): ConfigPlace {
    return this.#raw.places.find(this.#raw.root, path, this.#raw.file);
  }

  /** A ConfigError that knows its place already keeps it. */
  located(path: Path, error: unknown): unknown {
    if (!(error instanceof ConfigError) || error.place !== undefined) return error;
    return new ConfigError(error.message, this.place(path), { cause: error });
  }

  /** @throws ConfigError that tells all errors, at the place of the first */
  throwErrors(): void {
    const [first, ...others] = this.list.filter(({ severity }) => severity === 'error');
    if (first === undefined) return;
    const more = others.map(({ message, place }) => `\n${new ConfigError(message, place).message}`);
    throw new ConfigError(first.message + more.join(''), first.place);
  }
}

/** The sentence of an error whose message starts with its place. */
export function withoutPlace(error: ConfigError): string {
  const prefix = error.place === undefined ? '' : new ConfigError('', error.place).message;
  return error.message.slice(prefix.length);
}

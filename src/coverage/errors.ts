import { ConfigError } from '../http/errors.ts';

/** Nothing is left of an area: a seeding task without work (row COV-12), and an error everywhere else. */
export class EmptyCoverageError extends ConfigError {}

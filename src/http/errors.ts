/**
 * The family of errors that cross rooms. Each says what is wrong to the person who can mend it; none carries a secret,
 * and only ConfigError carries a path. Services render RequestError and SourceError in their own format.
 */

/** Where in a configuration file a problem sits. Line and column count from 1. */
export interface ConfigPlace {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  /** Keys from the top, as in `caches.osm.grids[0]`. */
  readonly path?: string;
}

/** The configuration cannot be used as it is. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly place: ConfigPlace | undefined;

  constructor(message: string, place?: ConfigPlace, options?: ErrorOptions) {
    super(place === undefined ? message : `${describePlace(place)}: ${message}`, options);
    this.place = place;
  }
}

function describePlace({ file, line, column, path }: ConfigPlace): string {
  const position = line === undefined ? file : `${file}:${line}${column === undefined ? '' : `:${column}`}`;
  return path === undefined || path === '' ? position : `${position}: ${path}`;
}

/** A remote map server did not deliver. `message` may be shown to clients; `detail` is for the log. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
  readonly detail: string | undefined;
  /** HTTP status of the source's answer, where there was one. */
  readonly sourceStatus: number | undefined;

  constructor(message: string, context: { detail?: string; sourceStatus?: number; cause?: unknown } = {}) {
    super(message, context.cause === undefined ? undefined : { cause: context.cause });
    this.detail = context.detail;
    this.sourceStatus = context.sourceStatus;
  }
}

/** The client asked for something that cannot be given. `code` is the service's exception code, null for none. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly code: string | null;
  /** HTTP status, where it differs from the service's default for the code. */
  readonly status: number | undefined;
  /** The parameter that is wrong, where the service's exception format has a place for it. */
  readonly locator: string | undefined;

  constructor(message: string, details: { code?: string; status?: number; locator?: string } = {}) {
    super(message);
    this.code = details.code ?? null;
    this.status = details.status;
    this.locator = details.locator;
  }
}

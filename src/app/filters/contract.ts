import type { ZodType } from 'zod';
import type { Filter } from '../../http/application.ts';

/** A filter as a deployment names it. Plain data; `file` is absolute. */
export type FilterTarget =
  /** One of our own, by the name of its kind. */
  | {
      readonly kind: 'builtin';
      readonly type: string;
      readonly options: Readonly<Record<string, unknown>>;
      /** Absolute: paths in the options are relative to it. */
      readonly directory: string;
    }
  /** A module that exports `filter`, called with the options. */
  | { readonly kind: 'module'; readonly file: string; readonly options: Readonly<Record<string, unknown>> };

export interface FilterContext {
  /** Makes a path of the options absolute. */
  readonly resolvePath: (path: string) => string;
}

/** A filter ready to wrap an application. */
export interface OpenFilter {
  readonly filter: Filter;
  /** Files it was read from. */
  readonly files?: readonly string[];
  close?(): Promise<void>;
}

/** A kind of filter: its options and how it is built. */
export interface FilterDefinition<Options> {
  readonly type: string;
  readonly options: ZodType<Options>;
  /** @throws ConfigError for options that cannot be used */
  build(options: Options, context: FilterContext): OpenFilter | Promise<OpenFilter>;
  /** Reads what the options name, and leaves nothing behind. @throws ConfigError for what cannot be used */
  check?(options: Options, context: FilterContext): Promise<void>;
}

/** A kind of filter, whatever its options are. */
export interface FilterKind {
  readonly type: string;
  readonly options: ZodType;
  /** Checks the options and builds the filter. @throws ConfigError, or ZodError for options that do not fit */
  open(options: unknown, context: FilterContext): OpenFilter | Promise<OpenFilter>;
  /** As `open`, without opening anything. */
  check(options: unknown, context: FilterContext): Promise<void>;
}

export function defineFilter<Options>(definition: FilterDefinition<Options>): FilterKind {
  const { type, options } = definition;
  return {
    type,
    options,
    open: (written, context) => definition.build(options.parse(written), context),
    check: async (written, context) => definition.check?.(options.parse(written), context),
  };
}

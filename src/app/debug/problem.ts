import { withoutPlace } from '../../config/problems.ts';
import { ConfigError } from '../../http/errors.ts';
import { framesOf } from './frames.ts';

/** Why an application cannot be opened, for its developer. Plain data: a worker sends it to its supervisor. */
export interface Problem {
  /** `Configuration`, `SyntaxError`. */
  readonly kind: string;
  readonly message: string;
  /** Absolute. */
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  /** Keys from the top, as in `caches.osm.grids[0]`. */
  readonly path?: string;
  /** Of a module that cannot be run. */
  readonly stack?: string;
}

/** What a developer must know of an error that kept an application from being opened. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ConfigError) {
    const { cause, place } = error;
    const message = withoutPlace(error);
    // What a module threw stands whole in the message: its own words and place tell more.
    if (cause instanceof Error && message === (cause.stack ?? cause.message)) return programProblem(cause, place?.file);
    return { kind: 'Configuration', message, ...place };
  }
  if (error instanceof Error) return programProblem(error, undefined);
  return { kind: 'Error', message: String(error) };
}

/** An error that a module or a file system threw. */
function programProblem(error: Error, file: string | undefined): Problem {
  const stack = error.stack ?? '';
  const position = headPosition(stack) ?? importer(error) ?? framesOf(stack).find(({ isOwn }) => isOwn)?.position;
  return {
    kind: error.name,
    message: error.message,
    stack,
    ...(file === undefined ? {} : { file }),
    ...position,
  };
}

/** Before a stack Node writes where a module does not link: `file:///maps/app.mjs:3`; compilers, `/maps/app.ts:3:7: `. */
const HEAD = /^(?:file:\/\/)?(\/[^\n:]+):(\d+)(?::(\d+): |$)/m;

function headPosition(stack: string): { file: string; line: number; column?: number } | undefined {
  const [, file, line, column] = HEAD.exec(stack.split('\n    at ', 1)[0] ?? '') ?? [];
  if (file === undefined) return undefined;
  return { file: decodeURI(file), line: Number(line), ...(column === undefined ? {} : { column: Number(column) }) };
}

/** Of a module that is not there, Node only tells who wants it. */
function importer({ message }: Error): { file: string } | undefined {
  const file = /^Cannot find .* imported from (\/.*)$/.exec(message)?.[1];
  return file === undefined ? undefined : { file };
}

/** As it stands in the terminal: place first, for editors that make links of it. */
export function describeProblem({ kind, message, file, line, column, path }: Problem): string {
  const place = [file, line, column].filter((part) => part !== undefined).join(':');
  return `${place === '' ? '' : `${place}: `}${path ? `${path}: ` : ''}${
    kind === 'Configuration' ? '' : `${kind}: `
  }${message}`;
}

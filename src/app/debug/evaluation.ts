import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';

/** What an entered line came to, as text. */
export interface Evaluation {
  readonly text: string;
  readonly threw: boolean;
}

/** Names that an entered line can use, besides those of the language. What is assigned stays for the next line. */
export type Scope = Record<string, unknown>;

/** Milliseconds that the promise of a line is waited for. */
const PATIENCE = 10_000;

const SHOWN = { depth: 4, maxArrayLength: 100, maxStringLength: 10_000, breakLength: 100 } as const;

/**
 * Evaluates JavaScript with the names of a scope, as a debugger does: the value of its last expression counts, a
 * promise is waited for. A line runs with all rights of this process.
 */
export async function evaluate(source: string, scope: Scope): Promise<Evaluation> {
  const pending = {};
  try {
    const value = RUN(openScope(scope), source);
    const result = await Promise.race([value, sleep(PATIENCE, pending, { ref: false })]);
    return { text: result === pending ? `${inspect(value)}, still pending` : inspect(result, SHOWN), threw: false };
  } catch (error) {
    return { text: error instanceof Error ? `${error.name}: ${error.message}` : inspect(error, SHOWN), threw: true };
  }
}

/** Direct `eval` in sloppy mode takes statements and sees the names of `with`; modules are strict, this function not. */
const RUN = new Function('$scope', '$source', 'with ($scope) { return eval($source); }') as (
  scope: object,
  source: string,
) => unknown;

/** What the function above needs for itself. */
const OWN_NAMES = new Set(['$scope', '$source', 'arguments']);

/** Names that are neither in the scope nor global are taken for the scope's, so that assigning makes them there. */
function openScope(scope: Scope): object {
  return new Proxy(scope, {
    has: (target, name) =>
      typeof name === 'string' && (Object.hasOwn(target, name) || !(name in globalThis || OWN_NAMES.has(name))),
    get: (target, name) => {
      if (typeof name === 'symbol') return undefined;
      if (!Object.hasOwn(target, name)) throw new ReferenceError(`${name} is not defined`);
      return target[name];
    },
  });
}

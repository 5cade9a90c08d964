type Properties = Readonly<Record<string, unknown>>;

/** Null: neither true nor false, as a comparison with a missing value in SQL. */
type Truth = boolean | null;

/** A condition on a feature's attributes, whose names are in lower case. */
export type Condition = (properties: Properties) => Truth;

export type Value = string | number | boolean | null;
export type Operand = (properties: Properties) => Value;

export function constant(value: Value): Operand {
  return () => value;
}

export function attribute(name: string): Operand {
  const key = name.toLowerCase();
  return (properties) => {
    const value = properties[key];
    // An empty number of a dBase file is read as NaN.
    if (typeof value === 'number') return Number.isNaN(value) ? null : value;
    return typeof value === 'string' || typeof value === 'boolean' ? value : null;
  };
}

export const COMPARISONS: Readonly<Record<string, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '<>': (order) => order !== 0,
  '!=': (order) => order !== 0,
  '<': (order) => order < 0,
  '>': (order) => order > 0,
  '<=': (order) => order <= 0,
  '>=': (order) => order >= 0,
};

export function compare(left: Operand, sign: string, right: Operand): Condition {
  const holds = COMPARISONS[sign] ?? (() => false);
  const isEquality = sign === '=' || sign === '<>' || sign === '!=';
  return (properties) => {
    const [one, other] = [left(properties), right(properties)];
    if (one === null || other === null) return null;
    return holds(order(one, other, isEquality));
  };
}

/** Below, equal or above 0; numbers as numbers where both are. */
function order(one: NonNullable<Value>, other: NonNullable<Value>, ignoresCase: boolean): number {
  const [first, second] = [Number(one), Number(other)];
  const areNumbers = typeof one !== 'string' || typeof other !== 'string';
  if (areNumbers && !Number.isNaN(first) && !Number.isNaN(second)) return first - second;
  const [text, otherText] = ignoresCase
    ? [String(one).toLowerCase(), String(other).toLowerCase()]
    : [String(one), String(other)];
  if (text === otherText) return 0;
  return text < otherText ? -1 : 1;
}

export function like(left: Operand, right: Operand, ignoresCase: boolean): Condition {
  return (properties) => matches(left(properties), right(properties), ignoresCase);
}

/** `%` stands for any letters, `_` for one. */
function matches(value: Value, pattern: Value, ignoresCase: boolean): Truth {
  if (value === null || pattern === null) return null;
  const source = String(pattern)
    .replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
    .replaceAll('%', '.*')
    .replaceAll('_', '.');
  return new RegExp(`^${source}$`, ignoresCase ? 'isu' : 'su').test(String(value));
}

export function both(one: Condition, other: Condition): Condition {
  return (properties) => {
    const first = one(properties);
    if (first === false) return false;
    const second = other(properties);
    return second === false ? false : first === null || second === null ? null : true;
  };
}

export function either(one: Condition, other: Condition): Condition {
  return negate(both(negate(one), negate(other)));
}

export function negate(condition: Condition): Condition {
  return (properties) => {
    const truth = condition(properties);
    return truth === null ? null : !truth;
  };
}

import type { z } from 'zod';
import { Timestamp } from '../options.ts';
import { didYouMean } from './nearest.ts';

type Issue = z.core.$ZodIssue;

/** One of the checker's findings with the path it is about, in the words of this configuration. */
export interface Explanation {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** @param value what the issue's path starts from */
export function explainIssue(issue: Issue, value: unknown): Explanation {
  const path = issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key));
  const found = valueAt(value, path);
  switch (issue.code) {
    case 'invalid_type':
      if (found === undefined) return { path: path.slice(0, -1), message: `'${path.at(-1)}' is missing` };
      return { path, message: `expected ${typeName(issue.expected)}, got ${quote(found)}` };
    case 'invalid_value':
      return { path, message: `${quote(found)} is not one of ${choices(issue.values, found)}` };
    case 'invalid_union':
      return { path, message: explainUnion(issue, found) };
    case 'unrecognized_keys':
      return { path, message: `unknown ${issue.keys.map((key) => `'${key}'`).join(', ')}` };
    case 'too_small':
    case 'too_big':
      return { path, message: explainSize(issue, found) };
    default:
      return { path, message: `${issue.message}, got ${quote(found)}` };
  }
}

/** The branch that got furthest knows best; where none got further than the value itself, all are told. */
function explainUnion(issue: z.core.$ZodIssueInvalidUnion, found: unknown): string {
  const branches = issue.errors.flatMap((branch) => branch.slice(0, 1));
  const deepest = branches.toSorted((one, other) => depthOf(other) - depthOf(one))[0];
  if (deepest !== undefined && depthOf(deepest) > 0) return explainIssue(deepest, found).message;
  const expected = branches.map((branch) =>
    branch.code === 'invalid_type' ? typeName(branch.expected) : branch.message,
  );
  return `expected ${[...new Set(expected)].join(' or ')}, got ${quote(found)}`;
}

/** Whose keys were looked at was of the right type. */
function depthOf({ code, path }: Issue): number {
  return path.length + (code === 'unrecognized_keys' ? 1 : 0);
}

function explainSize(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig, found: unknown): string {
  const isLeast = issue.code === 'too_small';
  const bound = String(isLeast ? issue.minimum : issue.maximum);
  if (issue.origin === 'array') {
    return `expected ${isLeast ? 'at least' : 'at most'} ${bound} values, got ${quote(found)}`;
  }
  const relation = isLeast ? (issue.inclusive ? 'at least' : 'more than') : issue.inclusive ? 'at most' : 'less than';
  return `expected ${relation} ${bound}, got ${quote(found)}`;
}

function choices(values: readonly unknown[], found: unknown): string {
  const names = values.map(String);
  return names.join(', ') + (typeof found === 'string' ? didYouMean(found, names) : '');
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'text',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'a mapping',
  record: 'a mapping',
  date: 'a date',
};

function typeName(expected: string): string {
  return TYPE_NAMES[expected] ?? expected;
}

/** Long values would hide the sentence. */
const LONGEST_QUOTE = 60;

function quote(value: unknown): string {
  const text = value instanceof Timestamp ? value.text : JSON.stringify(value);
  const short = (text ?? 'nothing').slice(0, LONGEST_QUOTE);
  return text !== undefined && short.length < text.length ? `${short}...` : short;
}

function valueAt(root: unknown, path: readonly (string | number)[]): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value;
}

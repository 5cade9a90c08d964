import { z } from 'zod';
import { explainIssue } from '../config/explain.ts';
import { didYouMean } from '../config/nearest.ts';
import type { Path } from '../config/places.ts';
import type { ConfigPlace } from '../http/errors.ts';

/** Where the readers of a deployment put what they find. */
export interface Findings {
  error(path: Path, message: string): void;
  warning(path: Path, message: string): void;
  /** Where a value is written. */
  place(path: Path): ConfigPlace;
}

/** The value as its schema gives it; undefined where it does not fit, and the findings say why. */
export function checkSchema<Output>(
  schema: z.ZodType<Output>,
  value: unknown,
  path: Path,
  findings: Findings,
): Output | undefined {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  for (const issue of result.error.issues) {
    const explanation = explainIssue(issue, value);
    if (issue.code !== 'unrecognized_keys') {
      findings.error([...path, ...explanation.path], explanation.message);
      continue;
    }
    const known = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
    for (const key of issue.keys) {
      findings.error([...path, ...explanation.path, key], `unknown '${key}'${didYouMean(key, known)}`);
    }
  }
  return undefined;
}

import { z } from 'zod';
import { isNotYet } from '../options.ts';
import { didYouMean } from './nearest.ts';
import type { Path } from './places.ts';
import { isMapping } from './yaml.ts';

/** A key that is accepted and does nothing. */
export interface UnusedKey {
  readonly path: Path;
  readonly message: string;
}

/** Keys of `value` that its schema does not know (row CFG-03) or that have no effect yet. */
export function unusedKeys(schema: z.core.$ZodType, value: unknown, path: Path): UnusedKey[] {
  if (schema instanceof z.ZodObject) return isMapping(value) ? unusedInObject(schema, value, path) : [];
  if (schema instanceof z.ZodRecord && isMapping(value)) {
    const { valueType } = schema;
    return Object.entries(value).flatMap(([key, item]) => unusedKeys(valueType, item, [...path, key]));
  }
  if (schema instanceof z.ZodArray && Array.isArray(value)) {
    return value.flatMap((item, index) => unusedKeys(schema.element, item, [...path, index]));
  }
  if (schema instanceof z.ZodUnion) {
    const fitting = schema.options.find((option) => z.safeParse(option, value).success);
    return fitting === undefined ? [] : unusedKeys(fitting, value, path);
  }
  if (schema instanceof z.ZodPipe) return unusedKeys(schema.in, value, path);
  if (schema instanceof z.ZodLazy) return unusedKeys(schema.unwrap(), value, path);
  const isWrapper =
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault;
  return isWrapper ? unusedKeys(schema.unwrap(), value, path) : [];
}

function unusedInObject(schema: z.ZodObject, value: Record<string, unknown>, path: Path): UnusedKey[] {
  const { shape } = schema;
  const takesAnything = schema.def.catchall !== undefined;
  return Object.entries(value).flatMap(([key, item]) => {
    const option = shape[key];
    const at = [...path, key];
    if (option === undefined) {
      return takesAnything ? [] : [{ path: at, message: `unknown '${key}'${didYouMean(key, Object.keys(shape))}` }];
    }
    if (option instanceof z.ZodType && isNotYet(option)) return [{ path: at, message: `'${key}' has no effect yet` }];
    return unusedKeys(option, item, at);
  });
}

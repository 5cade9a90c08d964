import { LIMIT_RANGES, type Limits } from '@mapgate/fastcgi-kit';
import type { z } from 'zod';
import type { Path } from '../config/places.ts';
import { GATEWAY_LIMITS } from '../gateway/limits.ts';
import type { Protocol } from '../server/deployment.ts';
import { checkSchema, type Findings } from './check-schema.ts';
import { limitsSchema } from './schema.ts';
import { bytesOf, millisecondsOf } from './units.ts';

type WrittenLimits = z.infer<typeof limitsSchema>;

/** The limits of an entry of `listen`, in bytes and milliseconds; those that its gateway lacks are told. */
export function readLimits(entry: unknown, protocol: Protocol, path: Path, findings: Findings): Partial<Limits> {
  const own: readonly (keyof Limits)[] = GATEWAY_LIMITS[protocol];
  const written = checkSchema(limitsSchema, entry, path, findings) ?? {};
  const limits: { -readonly [Name in keyof Limits]?: number } = {};
  for (const key of Object.keys(limitsSchema.shape) as (keyof WrittenLimits)[]) {
    const value = written[key];
    const name = limitName(key);
    if (value === undefined) continue;
    if (!own.includes(name)) {
      const known = Object.keys(limitsSchema.shape).filter((other) => own.includes(limitName(other)));
      findings.error([...path, key], `'${key}' is no limit of ${protocol}; its limits are ${known.join(', ')}`);
      continue;
    }
    const isTime = key.endsWith('_timeout');
    const given = isTime ? Math.round(millisecondsOf(value)) : bytesOf(value);
    const { min, max } = LIMIT_RANGES[name];
    if (given < min || given > max) {
      const bounds = isTime ? `${min} to ${max} ms` : `${min} to ${max}`;
      findings.error([...path, key], `expected ${bounds}, got ${JSON.stringify(value)}`);
    }
    limits[name] = given;
  }
  return limits;
}

/** `params_bytes` as the gateways have it: `paramsBytes`. */
function limitName(key: string): keyof Limits {
  return key.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase()) as keyof Limits;
}

import { HIDDEN, hideInUrls, isSecretName } from '../http/secrets.ts';
import { isMapping } from './yaml.ts';

/**
 * A configuration as it may be written to a log (row CFG-16): passwords and their like are hidden by their names, and in
 * URLs; of header fields, which may hold keys under any name, all values are.
 */
export function redacted(value: unknown): unknown {
  if (typeof value === 'string') return hideInUrls(value);
  if (Array.isArray(value)) return value.map(redacted);
  if (!isMapping(value)) return typeof value === 'object' && value !== null ? String(value) : value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, redactedItem(name, item)]));
}

function redactedItem(name: string, item: unknown): unknown {
  if (name === 'headers' && isMapping(item)) {
    return Object.fromEntries(Object.keys(item).map((field) => [field, HIDDEN]));
  }
  return isSecretName(name) || name === 'connection_string' ? hidden(item) : redacted(item);
}

/** Of lists and mappings the shape is kept. */
function hidden(item: unknown): unknown {
  if (Array.isArray(item)) return item.map(hidden);
  if (isMapping(item)) return redacted(item);
  return item === null || item === undefined || typeof item === 'boolean' ? item : HIDDEN;
}

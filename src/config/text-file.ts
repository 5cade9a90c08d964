import { isUtf8 } from 'node:buffer';
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { ConfigError } from '../http/errors.ts';

/** Far more than people write; what is larger is not what it was meant to be. */
const MOST_MEBIBYTES = 64;

/**
 * The text of a file of configuration, with the time of its last change in milliseconds since 1970. Pipes and devices
 * are refused: to read them might never end.
 *
 * @throws ConfigError for what is no file, cannot be read, or is no UTF-8
 */
export function readTextFile(file: string): { readonly text: string; readonly mtime: number } {
  let descriptor: number | undefined;
  try {
    // Opening a pipe would wait for somebody who writes into it.
    descriptor = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stats = fstatSync(descriptor);
    if (stats.isDirectory()) throw new ConfigError('is a directory, not a file', { file });
    if (!stats.isFile()) throw new ConfigError('is no file, but a pipe or a device', { file });
    if (stats.size > MOST_MEBIBYTES * 2 ** 20) {
      throw new ConfigError(`is larger than ${MOST_MEBIBYTES} MiB, more than a configuration can have`, { file });
    }
    return { text: decode(readFileSync(descriptor), file), mtime: stats.mtimeMs };
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError(`cannot be read: ${reason}`, { file }, { cause });
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** PyYAML takes UTF-16 as well, where a byte order mark tells it. */
function decode(bytes: Buffer, file: string): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  if (isUtf8(bytes)) return bytes.toString('utf8');
  let line = 1;
  for (let start = 0; ; line++) {
    const end = bytes.indexOf(NEWLINE, start);
    if (end === -1 || !isUtf8(bytes.subarray(start, end))) break;
    start = end + 1;
  }
  throw new ConfigError('is not text in UTF-8', { file, line });
}

const NEWLINE = 0x0a;

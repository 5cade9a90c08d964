import { isUtf8 } from 'node:buffer';

/** Bytes of a variable as text: UTF-8 where they are valid UTF-8, else Latin-1, as the FastCGI gateway reads them. */
export function textOf(bytes: Buffer): string {
  return bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1');
}

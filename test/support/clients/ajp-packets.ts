import { METHODS, REQUEST_HEADERS } from '../../../src/gateway/ajp/codes.ts';

/** What a web server sends, byte by byte; written from the protocol's reference, not from the reader under test. */

export function packet(...parts: readonly (Uint8Array | number)[]): Buffer {
  const payload = Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.of(part) : part)));
  return Buffer.concat([Buffer.of(0x12, 0x34), integer(payload.length), payload]);
}

export function integer(value: number): Buffer {
  return Buffer.of(value >> 8, value & 0xff);
}

export function string(text: string | null): Buffer {
  if (text === null) return Buffer.of(0xff, 0xff);
  const bytes = Buffer.from(text);
  return Buffer.concat([integer(bytes.length), bytes, Buffer.of(0)]);
}

export function attribute(code: number, ...values: readonly (string | null)[]): Buffer {
  return Buffer.concat([Buffer.of(code), ...values.map(string)]);
}

export interface Forward {
  readonly method?: string;
  readonly uri?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly isSsl?: boolean;
  /** Encoded attributes, without the end mark. */
  readonly attributes?: readonly Uint8Array[];
}

/** FORWARD_REQUEST, as mod_proxy_ajp fills it. */
export function forwardRequest({ method = 'GET', uri = '/', headers = {}, isSsl = false, attributes = [] }: Forward) {
  const code = METHODS.indexOf(method) + 1;
  const stored = code === 0 ? [attribute(0x0d, method)] : [];
  const fields = Object.entries(headers);
  return packet(
    ...[2, code === 0 ? 0xff : code],
    ...[string('HTTP/1.1'), string(uri), string('192.0.2.7'), string(null), string('maps.example')],
    ...[integer(80), isSsl ? 1 : 0, integer(fields.length)],
    ...fields.flatMap(([name, value]) => [headerName(name), string(value)]),
    ...[...attributes, ...stored, 0xff],
  );
}

function headerName(name: string): Buffer {
  const index = REQUEST_HEADERS.indexOf(name.toLowerCase());
  return index === -1 ? string(name) : Buffer.of(0xa0, index + 1);
}

export const CPING = packet(10);

/** A packet of the body; without data it is the end. */
export function bodyPacket(data: Uint8Array): Buffer {
  return data.length === 0 ? packet() : packet(integer(data.length), data);
}

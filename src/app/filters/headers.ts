import type { Response, ResponseHeaders } from '../../http/response.ts';

/** The value of a header field of an answer, by its name in any case; several values are joined. */
export function headerOf({ headers }: Response, name: string): string | undefined {
  const value = headers[keyOf(headers, name)];
  return typeof value === 'string' || value === undefined ? value : value.join(', ');
}

/** The fields without those of this name. */
export function withoutHeader(headers: ResponseHeaders, name: string): ResponseHeaders {
  const { [keyOf(headers, name)]: _, ...others } = headers;
  return others;
}

/** The answer with further words in Vary; what stands there stays. */
export function withVary(response: Response, name: string): Response {
  const key = keyOf(response.headers, 'Vary');
  const before = headerOf(response, 'Vary');
  const words = before?.split(',').map((word) => word.trim().toLowerCase()) ?? [];
  if (words.includes('*') || words.includes(name.toLowerCase())) return response;
  return response.withHeaders({ [key]: before === undefined || before === '' ? name : `${before}, ${name}` });
}

/** The name as the answer spells it. */
function keyOf(headers: ResponseHeaders, name: string): string {
  if (name in headers) return name;
  const wanted = name.toLowerCase();
  return Object.keys(headers).find((key) => key.toLowerCase() === wanted) ?? name;
}

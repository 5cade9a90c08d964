import type { Request } from '../../http/request.ts';

/**
 * The header fields of a request, by their names in lower case. CGI variables keep neither the case of names nor
 * repeated fields: web servers join those with a comma (Cookie: a semicolon), as HTTP allows (RFC 9110 section 5.3).
 * An offer to change the protocol is left out, as a gateway cannot take it (RFC 9110 section 7.8 lets a server ignore it).
 */
export function requestHeaders(request: Request): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of request.variables()) {
    if (name.startsWith('HTTP_')) headers[nameOf(name.slice('HTTP_'.length))] = value;
  }
  for (const name of ['CONTENT_TYPE', 'CONTENT_LENGTH']) {
    const value = request.variable(name);
    if (value !== undefined && value !== '') headers[nameOf(name)] = value;
  }
  delete headers.upgrade;
  return headers;
}

function nameOf(variable: string): string {
  return variable.toLowerCase().replaceAll('_', '-');
}

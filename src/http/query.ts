/** The parameters of a query string by lower-case name (row APP-11). */
export type Query = ReadonlyMap<string, string>;

/**
 * Reads a query string. Names count in any case, a name given again adds its value after a comma, an empty value is
 * kept, and a part that is not valid percent-encoding is read as far as it is (row APP-11).
 */
export function parseQuery(queryString: string): Query {
  if (queryString !== last.queryString) last = { queryString, query: readQuery(queryString) };
  return last.query;
}

/** The OWS front door and the service behind it read the same query string, one after the other. */
let last: { readonly queryString: string; readonly query: Query } = { queryString: '', query: new Map() };

function readQuery(queryString: string): Query {
  const query = new Map<string, string>();
  // URLSearchParams takes a leading question mark for its own; here it would be part of the first name.
  const text = queryString.startsWith('?') ? `&${queryString}` : queryString;
  for (const [name, value] of new URLSearchParams(text)) {
    const key = name.toLowerCase();
    const before = query.get(key);
    query.set(key, before === undefined ? value : `${before},${value}`);
  }
  return query;
}

/** The names of `required` that the query lacks, as `missing parameters [...]` prints them (rows WMS-16, WMTS-03). */
export function missingParameters(query: Query, required: readonly string[]): string | undefined {
  const missing = required.filter((name) => !query.has(name));
  if (missing.length === 0) return undefined;
  return `missing parameters [${missing.map((name) => `'${name}'`).join(', ')}]`;
}

/** A source as caches and layers name it: `wms` or, with the layers to ask for, `wms:roads,rivers` (row SRC-07). */
export function splitTags(name: string): { readonly source: string; readonly layers: readonly string[] | undefined } {
  const colon = name.indexOf(':');
  if (colon === -1) return { source: name, layers: undefined };
  return { source: name.slice(0, colon), layers: name.slice(colon + 1).split(',') };
}

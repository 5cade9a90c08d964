import type { Bbox, Size } from '../../grid/types.ts';
import { formatExtension, formatMimeType } from '../../image/format.ts';
import type { Srs } from '../../srs/srs.ts';

export type WmsVersion = '1.0.0' | '1.1.0' | '1.1.1' | '1.3.0';

export interface GetMapParameters {
  readonly bbox: Bbox;
  readonly size: Size;
  readonly srs: Srs;
  /** Media type. */
  readonly format: string;
}

/**
 * The query of a GetMap request (rows SRC-20, SRC-21, SRC-23). `fixed` are the parameters of the configuration, by
 * upper-case name; they win over the URL's own, and what a request must say wins over both.
 */
export function getMapQuery(
  version: WmsVersion,
  fixed: ReadonlyMap<string, string>,
  { bbox, size, srs, format }: GetMapParameters,
): string {
  const parameters = new Map([['STYLES', ''], ...fixed]);
  const set = (name: string, value: string) => {
    // A parameter asked for last is written last, whatever the configuration said of it.
    parameters.delete(name);
    parameters.set(name, value);
  };
  set('SERVICE', 'WMS');
  if (version === '1.0.0') {
    set('WMTVER', version);
    set('REQUEST', 'map');
  } else {
    set('VERSION', version);
    set('REQUEST', 'GetMap');
  }
  set(version === '1.3.0' ? 'CRS' : 'SRS', srs.code);
  set('BBOX', bboxText(version, srs, bbox));
  set('WIDTH', String(size[0]));
  set('HEIGHT', String(size[1]));
  set('FORMAT', version === '1.0.0' ? formatExtension(format).toUpperCase() : formatMimeType(format));
  return [...parameters]
    .map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll('%2C', ',')}`)
    .join('&');
}

/** 1.3.0 writes the axes in the registry's order (row SRC-23). */
function bboxText(version: WmsVersion, srs: Srs, [west, south, east, north]: Bbox): string {
  const swapped = version === '1.3.0' && srs.northFirst;
  return (swapped ? [south, west, north, east] : [west, south, east, north]).join(',');
}

/** The address without its query, and the query's parameters by upper-case name. */
export function splitServiceUrl(url: string): { address: string; parameters: Map<string, string> } {
  const mark = url.indexOf('?');
  if (mark === -1) return { address: url, parameters: new Map() };
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(url.slice(mark + 1))) parameters.set(name.toUpperCase(), value);
  return { address: url.slice(0, mark), parameters };
}

import type { Size } from '../../grid/types.ts';
import type { Srs } from '../../srs/srs.ts';
import type { Bbox } from '../../srs/types.ts';

/** Words of the configuration that are sent with every request, in their own letters. */
export type ArcgisParameters = ReadonlyMap<string, string>;

export interface ArcgisArea {
  readonly bbox: Bbox;
  readonly size: Size;
  readonly srs: Srs;
}

/** URL of a map (row SRC-60). */
export function exportUrl(service: string, fixed: ArcgisParameters, map: ArcgisArea & { format: string }): string {
  const code = codeOf(map.srs);
  return withParameters(endpoint(service, { MapServer: 'export', ImageServer: 'exportImage' }), fixed, {
    format: map.format.slice(map.format.lastIndexOf('/') + 1),
    bbox: map.bbox.join(','),
    size: map.size.join(','),
    bboxSR: code,
    imageSR: code,
    f: 'image',
  });
}

export interface IdentifyOptions {
  readonly tolerance: number;
  readonly returnGeometry: boolean;
}

/** URL of what is at a point, which is in map units (row SRC-60). */
export function identifyUrl(
  service: string,
  fixed: ArcgisParameters,
  { bbox, size, srs, point, isHtml }: ArcgisArea & { point: readonly [x: number, y: number]; isHtml: boolean },
  { tolerance, returnGeometry }: IdentifyOptions,
): string {
  return withParameters(endpoint(service, { MapServer: 'identify', ImageServer: 'identify' }), fixed, {
    mapExtent: bbox.join(','),
    imageDisplay: [...size, ASSUMED_DPI].join(','),
    geometry: point.map((value) => value.toFixed(6)).join(','),
    geometryType: 'esriGeometryPoint',
    sr: codeOf(srs),
    f: isHtml ? 'html' : 'json',
    tolerance: String(tolerance),
    returnGeometry: String(returnGeometry),
  });
}

const ASSUMED_DPI = 96;

/** ArcGIS knows systems by their number alone. */
function codeOf({ code }: Srs): string {
  return code.slice(code.lastIndexOf(':') + 1);
}

/** The operation below a service; the address may name an operation already. Both are as configured, user and all. */
function endpoint(service: string, operations: Readonly<Record<'MapServer' | 'ImageServer', string>>): string {
  const [address = '', ...query] = service.split('?');
  const path = address.replace(/\/+$/, '');
  const [, base, kind] = /^(.*\/(MapServer|ImageServer))(?:\/(?:export|exportImage))?$/.exec(path) ?? [];
  const full = base === undefined ? path : `${base}/${operations[kind as keyof typeof operations]}`;
  return [full, ...query].join('?');
}

function withParameters(url: string, fixed: ArcgisParameters, required: Readonly<Record<string, string>>): string {
  const [address = '', ...query] = url.split('?');
  const parameters = new URLSearchParams(query.join('?'));
  for (const [name, value] of [...fixed, ...Object.entries(required)]) parameters.set(name, value);
  // Commas mean themselves in a query, and are easier on those who read logs.
  return `${address}?${parameters.toString().replaceAll('%2C', ',')}`;
}

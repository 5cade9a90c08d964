import type { Bbox, Size } from '../../grid/types.ts';
import { formatExtension } from '../../image/format.ts';
import type { Srs } from '../../srs/srs.ts';
import type { WmsVersion } from './options.ts';

/** Parameters by upper-case name. */
export type WmsParameters = ReadonlyMap<string, string>;

/** What all requests to a server have in common. */
export interface WmsTemplate {
  readonly version: WmsVersion;
  /** Of the configuration; they win over the URL's own, and what a request must say wins over both. */
  readonly fixed: WmsParameters;
}

export interface MapParameters {
  readonly bbox: Bbox;
  readonly size: Size;
  readonly srs: Srs;
  /** Media type, with options or without, or its second half alone: `image/png`, `image/png; mode=24bit`, `png8`. */
  readonly format: string;
}

export interface PointParameters extends MapParameters {
  readonly position: readonly [column: number, row: number];
  readonly infoFormat: string | undefined;
  readonly featureCount: number | undefined;
}

/** The query of a GetMap request (rows SRC-20, SRC-21, SRC-23). `forwarded` wins over what is configured (row SRC-31). */
export function getMapQuery({ version, fixed }: WmsTemplate, map: MapParameters, forwarded: WmsParameters): string {
  const format = version === '1.0.0' ? formatExtension(map.format).toUpperCase() : mediaType(map.format);
  return queryOf(fixed, [
    ...forwarded,
    ...requestName(version, 'map', 'GetMap'),
    ...mapArea(version, map),
    ['FORMAT', format],
  ]);
}

/** The query of a GetFeatureInfo request (rows SRC-23, SRC-26, SRC-27); formats are written as in MapProxy. */
export function getFeatureInfoQuery({ version, fixed }: WmsTemplate, point: PointParameters): string {
  const [column, row] = point.position.map(String) as [string, string];
  const isNewest = version === '1.3.0';
  return queryOf(fixed, [
    ...requestName(version, 'feature_info', 'GetFeatureInfo'),
    ...mapArea(version, point),
    ['FORMAT', mediaType(point.format)],
    ['QUERY_LAYERS', fixed.get('QUERY_LAYERS') ?? fixed.get('LAYERS')],
    [isNewest ? 'I' : 'X', column],
    [isNewest ? 'J' : 'Y', row],
    ['INFO_FORMAT', point.infoFormat],
    ['FEATURE_COUNT', point.featureCount],
  ]);
}

/** The query of a GetLegendGraphic request for one layer (row SRC-28). */
export function getLegendQuery(
  { version, fixed }: WmsTemplate,
  { layer, format, scale }: { readonly layer: string; readonly format: string; readonly scale: number | undefined },
): string {
  const { LAYERS: _, ...others } = Object.fromEntries(fixed);
  return queryOf(new Map(Object.entries(others)), [
    ...requestName(version, 'GetLegendGraphic', 'GetLegendGraphic'),
    ['SLD_VERSION', '1.1.0'],
    ['LAYER', layer],
    ['FORMAT', mediaType(format)],
    ['SCALE', scale],
  ]);
}

type OptionalParameter = readonly [name: string, value: string | number | undefined];

function requestName(version: WmsVersion, oldest: string, name: string): OptionalParameter[] {
  if (version === '1.0.0')
    return [
      ['WMTVER', version],
      ['REQUEST', oldest],
    ];
  return [
    ['SERVICE', 'WMS'],
    ['VERSION', version],
    ['REQUEST', name],
  ];
}

function mapArea(version: WmsVersion, { bbox, size, srs }: MapParameters): OptionalParameter[] {
  return [
    [version === '1.3.0' ? 'CRS' : 'SRS', srs.code],
    ['BBOX', bboxText(version, srs, bbox)],
    ['WIDTH', size[0]],
    ['HEIGHT', size[1]],
  ];
}

/** 1.3.0 writes the axes in the registry's order (row SRC-23). */
function bboxText(version: WmsVersion, srs: Srs, [west, south, east, north]: Bbox): string {
  const swapped = version === '1.3.0' && srs.northFirst;
  return (swapped ? [south, west, north, east] : [west, south, east, north]).join(',');
}

function queryOf(fixed: WmsParameters, required: readonly OptionalParameter[]): string {
  const parameters = new Map([['STYLES', ''], ...fixed]);
  for (const [name, value] of required) {
    if (value === undefined) continue;
    // What is required is written last, whatever the configuration said of it.
    parameters.delete(name);
    parameters.set(name, String(value));
  }
  return writeParameters(parameters);
}

export function writeParameters(parameters: WmsParameters): string {
  return [...parameters]
    .map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll('%2C', ',')}`)
    .join('&');
}

function mediaType(format: string): string {
  return format.includes('/') ? format : `image/${format}`;
}

/** The address without its query, and the query's parameters by upper-case name. */
export function splitServiceUrl(url: string): { address: string; parameters: Map<string, string> } {
  const mark = url.indexOf('?');
  if (mark === -1) return { address: url, parameters: new Map() };
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(url.slice(mark + 1))) parameters.set(name.toUpperCase(), value);
  return { address: url.slice(0, mark), parameters };
}

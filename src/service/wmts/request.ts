import { RequestError } from '../../http/errors.ts';
import { missingParameters, type Query } from '../../http/query.ts';
import type { LayerDimension } from '../../layer/contract.ts';
import { dimensionValues } from '../../layer/dimensions.ts';

/** A tile as asked for, by either way. */
export interface TileRequest {
  readonly layer: string;
  readonly matrixSet: string;
  readonly matrix: string;
  readonly column: number;
  readonly row: number;
  /** File extension: `png`; undefined: the layer's. */
  readonly extension: string | undefined;
  /** By lower-case name: by KVP all parameters, by REST the template's variables that WMTS itself does not know. */
  readonly dimensions: ReadonlyMap<string, string>;
}

/** A question about a pixel of a tile, by either way. */
export interface InfoRequest extends TileRequest {
  /** From the upper left corner. */
  readonly pixel: readonly [column: number, row: number];
  /** A media type or the suffix of one; undefined: the first that is offered. */
  readonly infoFormat: string | undefined;
  readonly featureCount?: number | undefined;
}

const TILE_PARAMETERS = [
  'version',
  'request',
  'layer',
  'style',
  'tilematrixset',
  'tilematrix',
  'tilerow',
  'tilecol',
  'format',
];
const INFO_PARAMETERS = [...TILE_PARAMETERS, 'infoformat', 'i', 'j'];

/** GetTile by key-value pairs (row WMTS-03). @throws RequestError */
export function readTileRequest(query: Query): TileRequest {
  checkRequired(query, TILE_PARAMETERS);
  return tileOf(query);
}

/** GetFeatureInfo by key-value pairs (rows WMTS-03, WMTS-06). @throws RequestError */
export function readInfoRequest(query: Query): InfoRequest {
  checkRequired(query, INFO_PARAMETERS);
  const count = Number.parseInt(query.get('feature_count') ?? '', 10);
  return {
    ...tileOf(query),
    pixel: [integer(query, 'i'), integer(query, 'j')],
    infoFormat: query.get('infoformat') ?? '',
    featureCount: count > 0 ? count : undefined,
  };
}

/**
 * The values of a layer's dimensions: those that are missing or called `default` are the configured ones (row WMTS-14).
 * Undefined: the layer has none.
 *
 * @throws RequestError for a value that the layer does not have
 */
export function checkedDimensions(
  dimensions: readonly LayerDimension[],
  asked: TileRequest['dimensions'],
): ReadonlyMap<string, string> | undefined {
  if (dimensions.length === 0) return undefined;
  const values = dimensionValues(dimensions, asked);
  for (const { name, values: offered, default: own } of dimensions) {
    const value = values.get(name) ?? own;
    if (value !== own && !offered.includes(value)) {
      throw invalidValue(`invalid dimension value (${name}=${value}).`, name);
    }
  }
  return values;
}

export function invalidValue(message: string, locator: string): RequestError {
  return new RequestError(message, { code: 'InvalidParameterValue', locator });
}

function checkRequired(query: Query, required: readonly string[]): void {
  const missing = missingParameters(query, required);
  if (missing !== undefined) throw new RequestError(missing);
}

function tileOf(query: Query): TileRequest {
  const format = query.get('format') ?? '';
  return {
    layer: query.get('layer') ?? '',
    matrixSet: query.get('tilematrixset') ?? '',
    matrix: query.get('tilematrix') ?? '',
    column: integer(query, 'tilecol'),
    row: integer(query, 'tilerow'),
    extension: format.split(';', 1)[0]?.split('/').pop()?.trim(),
    dimensions: query,
  };
}

function integer(query: Query, name: string): number {
  const value = query.get(name) ?? '';
  if (!/^-?\d+$/.test(value)) throw invalidValue(`invalid ${name}: ${value}`, name);
  return Number(value);
}

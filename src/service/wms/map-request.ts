import type { Bbox, Size } from '../../grid/types.ts';
import { RequestError } from '../../http/errors.ts';
import { missingParameters, type Query } from '../../http/query.ts';
import type { MapLayer, MapOutput } from '../../layer/contract.ts';
import type { Srs } from '../../srs/srs.ts';
import type { WmsSettings } from './options.ts';
import type { WmsVersion } from './version.ts';

/** A GetMap request that can be drawn. */
export interface MapRequest {
  readonly layers: readonly MapLayer[];
  /** West, south, east, north, whatever the axis order of the request. */
  readonly bbox: Bbox;
  readonly size: Size;
  readonly srs: Srs;
  readonly output: MapOutput;
}

/** Names that count as the one style there is (row WMS-19). */
const STYLES = new Set(['', 'default', 'inspire_common:DEFAULT']);

/** Version 1.0.0 has words for formats (row WMS-20). */
const FORMATS_100: Readonly<Record<string, string>> = {
  PNG: 'image/png',
  JPEG: 'image/jpeg',
  GIF: 'image/gif',
  TIFF: 'image/tiff',
  GEOTIFF: 'image/GeoTIFF',
};

const WHITE = [255, 255, 255] as const;

/**
 * Reads and checks a map's parameters in MapProxy's order: what is missing, bbox, styles, size, layers, format, SRS
 * (rows WMS-16 to WMS-23).
 *
 * @throws RequestError for the first that is wrong.
 */
export function readMapRequest(
  query: Query,
  version: WmsVersion,
  settings: WmsSettings,
  layersByName: ReadonlyMap<string, MapLayer>,
): MapRequest {
  checkRequired(query, version);
  const corners = readBbox(query);
  checkStyles(query);
  const size = readSize(query);
  if (size[0] * size[1] > settings.maxOutputPixels) throw new ImageTooLargeError();
  const layers = readLayers(query.get('layers') ?? '', layersByName);
  const mimeType = readFormat(query, version, settings);
  const srs = readSrs(query, version, settings);
  return {
    layers,
    bbox: westFirst(corners, srs, version),
    size,
    srs,
    output: { mimeType, format: settings.customFormats.get(mimeType), ...readAppearance(query) },
  };
}

/** 1.3.0 writes the axes in the registry's order (row WMS-27). */
export function westFirst(corners: Bbox, srs: Srs, version: WmsVersion): Bbox {
  const isSwapped = version === '1.3.0' && srs.northFirst;
  return isSwapped ? [corners[1], corners[0], corners[3], corners[2]] : corners;
}

/** Always answered as XML: an image that says it would be too large itself (row WMS-23). */
export class ImageTooLargeError extends RequestError {
  constructor() {
    super('image size too large');
  }
}

/** Background and transparency (row WMS-26). A colour that is none is white. */
export function readAppearance(query: Query): Omit<MapOutput, 'mimeType'> {
  const [, red, green, blue] = /^(?:0x|#)([\da-f]{2})([\da-f]{2})([\da-f]{2})$/i.exec(query.get('bgcolor') ?? '') ?? [];
  const hasColour = red !== undefined && green !== undefined && blue !== undefined;
  return {
    transparent: query.get('transparent')?.toLowerCase() === 'true',
    background: hasColour ? [Number.parseInt(red, 16), Number.parseInt(green, 16), Number.parseInt(blue, 16)] : WHITE,
  };
}

/** The layers named, bottom first. @throws RequestError `LayerNotDefined` (row WMS-22). */
export function readLayers(names: string, layersByName: ReadonlyMap<string, MapLayer>): MapLayer[] {
  return names.split(',').map((name) => {
    const layer = layersByName.get(name);
    if (layer === undefined) throw new RequestError(`unknown layer: ${name}`, { code: 'LayerNotDefined' });
    return layer;
  });
}

/** The format's MIME type if it is offered; undefined else. */
export function offeredFormat(query: Query, version: WmsVersion, { imageFormats }: WmsSettings): string | undefined {
  const asked = query.get('format') ?? '';
  const mimeType = version === '1.0.0' ? (FORMATS_100[asked.toUpperCase()] ?? asked) : asked;
  return imageFormats.find((format) => format.toLowerCase() === mimeType.toLowerCase());
}

/**
 * @param more besides those of a map
 * @param optional of those that may be missing all the same
 */
export function checkRequired(
  query: Query,
  version: WmsVersion,
  more: readonly string[] = [],
  optional: readonly string[] = [],
): void {
  const versionName = version === '1.0.0' ? 'wmtver' : 'version';
  const hasVersion = query.has('version') || query.has('wmtver');
  const srsName = version === '1.3.0' ? 'crs' : 'srs';
  const names = ['request', 'layers', 'styles', srsName, 'bbox', 'width', 'height', 'format'];
  const required = [...(hasVersion ? [] : [versionName]), ...names, ...more].filter((name) => !optional.includes(name));
  const missing = missingParameters(query, required);
  if (missing !== undefined) throw new RequestError(missing);
}

/** MapProxy answers 500 for a bbox that is not four numbers; here it is an invalid bbox like any other (row WMS-17). */
export function readBbox(query: Query): Bbox {
  const text = query.get('bbox') ?? '';
  const numbers = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const [minX = Number.NaN, minY = Number.NaN, maxX = Number.NaN, maxY = Number.NaN] = numbers;
  const isBox = numbers.length === 4 && numbers.every(Number.isFinite) && minX < maxX && minY < maxY;
  if (!isBox) throw new RequestError(`invalid bbox ${text}`);
  return [minX, minY, maxX, maxY];
}

export function checkStyles(query: Query): void {
  const styles = query.get('styles') ?? '';
  if (!styles.split(',').every((style) => STYLES.has(style.trim()))) {
    throw new RequestError(`unsupported styles: ${styles}`, { code: 'StyleNotDefined' });
  }
}

/** Fractions are cut off (row WMS-18). MapProxy answers 500 for what is no size; here it is an exception. */
export function readSize(query: Query): Size {
  const width = Math.trunc(Number(query.get('width') || Number.NaN));
  const height = Math.trunc(Number(query.get('height') || Number.NaN));
  if (!(width >= 1 && height >= 1 && Number.isFinite(width * height))) {
    throw new RequestError(`invalid size ${query.get('width')}x${query.get('height')}`);
  }
  return [width, height];
}

function readFormat(query: Query, version: WmsVersion, settings: WmsSettings): string {
  const format = offeredFormat(query, version, settings);
  if (format !== undefined) return format;
  throw new RequestError(`unsupported image format: ${query.get('format')}`, { code: 'InvalidFormat' });
}

export function readSrs(query: Query, version: WmsVersion, settings: WmsSettings): Srs {
  const [name, code] = version === '1.3.0' ? ['crs', 'InvalidCRS'] : ['srs', 'InvalidSRS'];
  const asked = query.get(name) ?? '';
  const srs = settings.srs.get(asked.toUpperCase());
  if (srs === undefined) throw new RequestError(`unsupported ${name}: ${asked}`, { code });
  return srs;
}

import type { Bbox, Size } from '../../grid/types.ts';
import { formatMimeType } from '../../image/format.ts';
import type { TransparentColor } from '../../image/transparent-color.ts';
import { type Srs, srsByCode } from '../../srs/srs.ts';
import { CRS84, type MapCollection } from './collection.ts';

export interface MapWanted {
  readonly bbox: Bbox;
  readonly size: Size;
  readonly srs: Srs;
  readonly format: string;
  readonly transparent: boolean;
  readonly transparentColor: TransparentColor | undefined;
}

/** The address of a map (row SRC-65). Degrees are written as in CRS84, the default of the standard: east first. */
export function mapUrl({ srs: offered, maps }: MapCollection, map: MapWanted): string {
  const [first = ''] = maps.values();
  const base = maps.get(formatMimeType(map.format)) ?? first;
  const isDefault = map.srs.equals(srsByCode('CRS:84'));
  const uri = uriOf(offered, map.srs);
  const [west, south, east, north] = map.bbox;
  const swapped = !isDefault && map.srs.northFirst;
  const parameters = new URLSearchParams({
    bbox: (swapped ? [south, west, north, east] : [west, south, east, north]).join(','),
    ...(isDefault ? {} : { 'bbox-crs': uri }),
    ...(isDefault && offered.length === 1 ? {} : { crs: uri }),
    width: String(map.size[0]),
    height: String(map.size[1]),
    ...(map.transparent ? { transparent: 'true' } : {}),
    ...(map.transparentColor === undefined ? {} : { bgcolor: colorText(map.transparentColor) }),
  });
  const separator = base.includes('?') ? '&' : '?';
  return base + separator + parameters.toString().replaceAll('%2C', ',');
}

/** As the collection writes it; else as the OGC does. */
function uriOf(offered: MapCollection['srs'], wanted: Srs): string {
  const found = offered.find(({ srs }) => srs.code === wanted.code) ?? offered.find(({ srs }) => srs.equals(wanted));
  if (found !== undefined) return found.uri;
  const [authority, number] = wanted.code.split(':');
  return authority === 'CRS' ? CRS84 : `http://www.opengis.net/def/crs/${authority}/0/${number}`;
}

/** `0xRRGGBB`, or `0xAARRGGBB` with alpha. */
function colorText({ color: [red, green, blue, alpha] }: TransparentColor): string {
  const bytes = alpha === undefined ? [red, green, blue] : [alpha, red, green, blue];
  return `0x${Buffer.from(bytes).toString('hex').toUpperCase()}`;
}

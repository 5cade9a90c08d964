import { z } from 'zod';
import { type Srs, srsByCode } from '../../srs/srs.ts';

/** A CRS as OGC API documents name it: a URI, alone or in an object. */
export const crsSchema = z.union([z.string(), z.object({ uri: z.string() }).transform(({ uri }) => uri)]);

/** `http://www.opengis.net/def/crs/EPSG/0/3857`, `urn:ogc:def:crs:OGC:1.3:CRS84`, `[EPSG:4326]`. */
const CRS_NAME = /\b(EPSG|OGC|ESRI|CRS)(?:[/:][\d.]*)?[/:]+(?:CRS)?(\d+)\]?$/i;

/** Undefined: unknown. */
export function srsOfUri(uri: string): Srs | undefined {
  const [, authority, number] = CRS_NAME.exec(uri) ?? [];
  if (authority === undefined || number === undefined) return undefined;
  const isOgc = /^(?:OGC|CRS)$/i.test(authority);
  try {
    return srsByCode(isOgc ? `CRS:${number}` : `${authority}:${number}`);
  } catch {
    return undefined;
  }
}

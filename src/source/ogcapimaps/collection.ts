import { z } from 'zod';
import { SourceError } from '../../http/errors.ts';
import { type Srs, srsByCode } from '../../srs/srs.ts';
import { crsSchema, srsOfUri } from '../ogcapi/crs.ts';
import type { OgcApiDocuments } from '../ogcapi/documents.ts';
import { findLink, linksSchema } from '../ogcapi/links.ts';

/** The CRS of an OGC API that names none. */
export const CRS84 = 'http://www.opengis.net/def/crs/OGC/1.3/CRS84';

const collectionSchema = z.object({
  links: linksSchema,
  crs: z.array(crsSchema).optional(),
  storageCrs: crsSchema.optional(),
});

/** What an OGC API says of its maps. */
export interface MapCollection {
  /** In the order of the document, with the name each goes by there. */
  readonly srs: readonly { readonly srs: Srs; readonly uri: string }[];
  /** By media type. */
  readonly maps: ReadonlyMap<string, string>;
}

/** @throws SourceError where there are no maps in a format that is known here */
export async function readCollection(documents: OgcApiDocuments): Promise<MapCollection> {
  const { links, crs = [], storageCrs } = await documents.read(documents.start, collectionSchema);
  const maps = new Map<string, string>();
  for (const type of ['image/png', 'image/jpeg']) {
    const link = findLink(links, 'map', type);
    if (link !== undefined) maps.set(type, documents.resolve(link.href, documents.start));
  }
  if (maps.size === 0) throw new SourceError('the OGC API of the source has no maps');
  const uris = [...new Set(storageCrs === undefined ? crs : [...crs, storageCrs])];
  const srs = uris.flatMap((uri) => {
    const known = srsOfUri(uri);
    return known === undefined ? [] : [{ srs: known, uri }];
  });
  return { maps, srs: srs.length > 0 ? srs : [{ srs: srsByCode('CRS:84'), uri: CRS84 }] };
}

import { z } from 'zod';
import { SourceError } from '../../http/errors.ts';
import { getLogger } from '../../log.ts';
import type { Srs } from '../../srs/srs.ts';
import { crsSchema, srsOfUri } from '../ogcapi/crs.ts';
import { type OgcApiDocuments, UntilSuccess } from '../ogcapi/documents.ts';
import { findLink, type Link, linksSchema } from '../ogcapi/links.ts';
import { type TileMatrixSet, tileMatrixSetSchema } from './tile-matrix-set.ts';

const log = getLogger('mapproxy.source.ogcapitiles');

const JSON_TYPE = 'application/json';

const withLinks = z.object({ links: linksSchema });
const tilesetList = z.object({
  tilesets: z.array(z.object({ dataType: z.string().optional(), crs: crsSchema.optional(), links: linksSchema })),
});

type TilesetEntry = z.infer<typeof tilesetList>['tilesets'][number];

/** Tiles of a collection in one SRS and format. */
export interface Tileset {
  readonly srs: Srs;
  readonly matrixSet: TileMatrixSet;
  /** URL with `{tileMatrix}`, `{tileRow}`, `{tileCol}`. */
  readonly template: string;
}

/** Finds the map tiles that an OGC API offers (row SRC-64); what was found once is kept. */
export class Tilesets {
  readonly #documents: OgcApiDocuments;
  readonly #matrixSetId: string | undefined;
  readonly #entries: UntilSuccess<readonly (TilesetEntry & { readonly listedIn: string })[]>;
  readonly #bySrs = new Map<string, UntilSuccess<Tileset>>();

  /** @param matrixSetId part of the addresses of the tileset wanted; undefined: any */
  constructor(documents: OgcApiDocuments, matrixSetId: string | undefined) {
    this.#documents = documents;
    this.#matrixSetId = matrixSetId;
    this.#entries = new UntilSuccess(() => this.#list());
  }

  /** @param mediaType of the tiles. @throws SourceError */
  forMaps(srs: Srs, mediaType: string): Promise<Tileset> {
    const key = `${srs.code} ${mediaType}`;
    let found = this.#bySrs.get(key);
    if (found === undefined) {
      found = new UntilSuccess(() => this.#find(srs, mediaType));
      this.#bySrs.set(key, found);
    }
    return found.get();
  }

  async #list(): Promise<readonly (TilesetEntry & { readonly listedIn: string })[]> {
    const { start } = this.#documents;
    const { links } = await this.#documents.read(start, withLinks);
    const href = needed(findLink(links, 'tilesets-map', JSON_TYPE), 'tilesets-map', start);
    const listedIn = this.#documents.resolve(href, start);
    const { tilesets } = await this.#documents.read(listedIn, tilesetList);
    return tilesets.filter((one) => this.#isWanted(one)).map((one) => ({ ...one, listedIn }));
  }

  #isWanted({ dataType, links }: TilesetEntry): boolean {
    const id = this.#matrixSetId;
    return dataType === 'map' && (id === undefined || links.some(({ href }) => href.includes(id)));
  }

  /** The first of those in the SRS that can be used. */
  async #find(srs: Srs, mediaType: string): Promise<Tileset> {
    for (const entry of await this.#entries.get()) {
      const own = entry.crs === undefined ? undefined : srsOfUri(entry.crs);
      if (own?.equals(srs) !== true) continue;
      try {
        return await this.#read(entry, own, mediaType);
      } catch (error) {
        if (!(error instanceof SourceError)) throw error;
        log.info({ detail: error.detail }, `a tileset cannot be used: ${error.message}`);
      }
    }
    throw new SourceError(`Cannot find a valid tile matrix set for ${srs.code}`);
  }

  async #read({ links, listedIn }: TilesetEntry & { listedIn: string }, srs: Srs, mediaType: string): Promise<Tileset> {
    const documents = this.#documents;
    const own = documents.resolve(needed(findLink(links, 'self', JSON_TYPE), 'self', listedIn), listedIn);
    const scheme = needed(findLink(links, 'tiling-scheme', JSON_TYPE), 'tiling-scheme', listedIn);
    const matrixSet = await documents.read(documents.resolve(scheme, listedIn), tileMatrixSetSchema);
    const tileset = await documents.read(own, withLinks);
    const template = needed(findLink(tileset.links, 'item', mediaType), 'item', own);
    return { srs, matrixSet, template: documents.resolve(template, own) };
  }
}

function needed(link: Link | undefined, relation: string, document: string): string {
  if (link !== undefined) return link.href;
  throw new SourceError(`the OGC API of the source has no link '${relation}'`, { detail: `in ${document}` });
}

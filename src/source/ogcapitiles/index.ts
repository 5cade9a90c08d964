import { z } from 'zod';
import { SourceError } from '../../http/errors.ts';
import { formatMimeType } from '../../image/format.ts';
import { defineSource, type MapSource } from '../contract.ts';
import { imageOf } from '../image-answer.ts';
import { OgcApiDocuments } from '../ogcapi/documents.ts';
import { commonSourceOptions, httpOf } from '../options.ts';
import { tileOf } from './tile-matrix-set.ts';
import { Tilesets } from './tilesets.ts';

const options = z.object({
  ...commonSourceOptions,
  landingpage_url: z.string(),
  collection: z.string().optional(),
  tile_matrix_set_id: z.string().optional(),
});

/**
 * Map tiles of an OGC API (row SRC-64). Its tiles are known only when it has been asked, so that it is a source of
 * maps that happen to be tiles.
 */
export default defineSource<z.infer<typeof options>>({
  type: 'ogcapitiles',
  options,
  build(own, context): MapSource {
    const http = context.http([own.landingpage_url], httpOf(own));
    const documents = new OgcApiDocuments(own.landingpage_url, own.collection, http);
    const tilesets = new Tilesets(documents, own.tile_matrix_set_id);
    const image = context.image(own.image?.format ?? '', own.image);
    return {
      kind: 'map',
      singleTiles: true,
      name: context.name,
      image,
      extent: undefined,
      async getMap({ bbox, size, srs, format, signal }) {
        const mediaType = formatMimeType(image.format === '' ? format : image.format);
        const tileset = await tilesets.forMaps(srs, mediaType);
        const tile = tileOf(tileset.matrixSet, tileset.srs, bbox, size);
        if (tile === 'outside') return null;
        if (tile === 'unaligned') throw new SourceError('BBOX does not align to tile');
        const url = tileset.template
          .replaceAll('{tileMatrix}', encodeURIComponent(tile.matrix))
          .replaceAll('{tileRow}', String(tile.row))
          .replaceAll('{tileCol}', String(tile.column));
        const answer = await http.fetch(url, signal);
        return { body: imageOf(answer, `response is not an image: (${answer.contentType})`), cacheable: true };
      },
    };
  },
});

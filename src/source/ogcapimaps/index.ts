import { z } from 'zod';
import { anyText } from '../../options.ts';
import { srsByCode } from '../../srs/srs.ts';
import { defineSource, type MapSource } from '../contract.ts';
import { imageOf } from '../image-answer.ts';
import { OgcApiDocuments, UntilSuccess } from '../ogcapi/documents.ts';
import { commonSourceOptions, httpOf, transparentColorOf } from '../options.ts';
import { drawServerMap } from '../server-map.ts';
import { readCollection } from './collection.ts';
import { mapUrl } from './request.ts';

const options = z.object({
  ...commonSourceOptions,
  landingpage_url: z.string(),
  collection: z.string().optional(),
  supported_srs: z.array(anyText).optional(),
  transparent: z.boolean().optional(),
});

/** Maps of an OGC API (row SRC-65). */
export default defineSource<z.infer<typeof options>>({
  type: 'ogcapimaps',
  options,
  build(own, context): MapSource {
    const http = context.http([own.landingpage_url], httpOf(own));
    const documents = new OgcApiDocuments(own.landingpage_url, own.collection, http);
    const configured = own.supported_srs?.map(srsByCode);
    const collection = new UntilSuccess(() => readCollection(documents));
    const transparentColor = transparentColorOf(own, context);
    const transparent = transparentColor !== undefined ? true : (own.image?.transparent ?? own.transparent);
    const image = context.image(own.image?.format ?? '', { ...own.image, transparent });
    const { preferredSrs, coverage } = context;
    return {
      kind: 'map',
      name: context.name,
      image,
      extent: undefined,
      async getMap(query) {
        const found = await collection.get();
        const srs = configured ?? found.srs.map((one) => one.srs);
        return drawServerMap({ srs, preferredSrs, coverage, image, transparentColor }, query, async (asked) => {
          const format = image.format === '' ? asked.format : image.format;
          const url = mapUrl(found, { ...asked, format, transparent: transparent === true, transparentColor });
          const answer = await http.fetch(url, asked.signal);
          return imageOf(answer, `response is not an image: (${answer.contentType})`);
        });
      },
    };
  },
});

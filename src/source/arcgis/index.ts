import { z } from 'zod';
import { formatExtension } from '../../image/format.ts';
import { anyText } from '../../options.ts';
import { srsByCode } from '../../srs/srs.ts';
import { defineSource, type InfoSource, type MapSource, type SourceContext } from '../contract.ts';
import { splitCredentials } from '../http/credentials.ts';
import { imageOf } from '../image-answer.ts';
import { commonSourceOptions, httpOf, transparentColorOf } from '../options.ts';
import { drawServerMap } from '../server-map.ts';
import { pointForServer, pointOf } from '../server-point.ts';
import { type ArcgisParameters, exportUrl, identifyUrl } from './request.ts';

const options = z.object({
  ...commonSourceOptions,
  req: z
    .object({ url: z.string(), transparent: z.boolean().optional(), format: anyText.optional() })
    // Whatever else is there becomes a parameter.
    .catchall(anyText),
  opts: z
    .object({
      map: z.boolean().default(true),
      featureinfo: z.boolean().default(false),
      featureinfo_tolerance: z.number().min(0).default(5),
      featureinfo_return_geometries: z.boolean().default(false),
    })
    .prefault({}),
  supported_srs: z.array(anyText).optional(),
  supported_formats: z.array(z.string()).optional(),
});

type ArcgisOptions = z.infer<typeof options>;

/** A map or image service of an ArcGIS server (row SRC-60). */
export default defineSource<ArcgisOptions>({
  type: 'arcgis',
  options,
  drawsMaps: (own) => own.opts.map,
  build: buildMap,
  buildInfo: (own, context) => (own.opts.featureinfo ? buildInfo(own, context) : undefined),
});

function buildMap(own: ArcgisOptions, context: SourceContext): MapSource {
  const { url, transparent, format } = own.req;
  const http = context.http([url], httpOf(own));
  const transparentColor = transparentColorOf(own, context);
  const image = context.image(own.image?.format ?? format ?? '', {
    ...own.image,
    transparent: transparentColor !== undefined ? true : (own.image?.transparent ?? transparent),
  });
  const abilities = { ...abilitiesOf(own, context), coverage: context.coverage, image, transparentColor };
  const fixed = parametersOf(own);
  const { supported_formats: formats } = own;
  return {
    kind: 'map',
    name: context.name,
    image,
    extent: undefined,
    getMap: (query) =>
      drawServerMap(abilities, query, async (asked) => {
        const wanted = supportedFormat(formats, image.format === '' ? asked.format : image.format);
        const target = exportUrl(url, fixed, { ...asked, format: wanted });
        const answer = await http.fetch(target, asked.signal);
        const shown = http.hideDetails ? '' : `: ${splitCredentials(target).url}`;
        return imageOf(answer, `no image returned from source ArcGIS${shown}`);
      }),
  };
}

function buildInfo(own: ArcgisOptions, context: SourceContext): InfoSource {
  const { url } = own.req;
  const http = context.http([url], httpOf(own));
  const abilities = abilitiesOf(own, context);
  const fixed = parametersOf(own);
  const { featureinfo_tolerance: tolerance, featureinfo_return_geometries: returnGeometry } = own.opts;
  return {
    name: context.name,
    async getFeatureInfo(query) {
      const asked = pointForServer(abilities, query);
      if (asked === null) return null;
      const isHtml = query.infoFormat?.startsWith('text/html') ?? false;
      const question = { ...asked, point: pointOf(asked), isHtml };
      const { body } = await http.fetch(identifyUrl(url, fixed, question, { tolerance, returnGeometry }), query.signal);
      // These servers say text/plain whatever they send.
      return { body, contentType: query.infoFormat ?? 'application/json' };
    },
  };
}

function abilitiesOf(own: ArcgisOptions, { preferredSrs }: SourceContext) {
  return { srs: own.supported_srs?.map(srsByCode), preferredSrs };
}

function parametersOf({ req: { url: _, transparent, ...others } }: ArcgisOptions): ArcgisParameters {
  const given = Object.entries(others).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return new Map([
    ...given,
    ...(transparent === undefined ? [] : [['transparent', transparent ? 'True' : 'False'] as const]),
  ]);
}

/** Row SRC-30. */
function supportedFormat(formats: readonly string[] | undefined, wanted: string): string {
  const [first] = formats ?? [];
  if (formats === undefined || first === undefined) return wanted;
  return formats.some((one) => formatExtension(one) === formatExtension(wanted)) ? wanted : first;
}

import { z } from 'zod';
import { ConfigError, SourceError } from '../../http/errors.ts';
import { formatExtension } from '../../image/format.ts';
import type { ImageSettings } from '../../image/options.ts';
import { anyText, notYet } from '../../options.ts';
import { type Srs, srsByCode } from '../../srs/srs.ts';
import { defineSource, type MapSource, type SourceImage, type SourceQuery } from '../contract.ts';
import type { SourceHttp } from '../http/client.ts';
import { splitCredentials } from '../http/credentials.ts';
import { imageOf } from '../image-answer.ts';
import { commonSourceOptions } from '../options.ts';
import { getMapQuery, splitServiceUrl, type WmsVersion } from './request.ts';

const options = z.object({
  ...commonSourceOptions,
  req: z
    .object({
      url: z.string(),
      layers: anyText.optional(),
      transparent: z.boolean().optional(),
    })
    // Whatever else is there becomes a parameter.
    .catchall(anyText),
  wms_opts: z
    .object({
      version: z.enum(['1.0.0', '1.1.0', '1.1.1', '1.3.0']).optional(),
      map: z.boolean().optional(),
      featureinfo: notYet(z.boolean().optional()),
      legendgraphic: notYet(z.boolean().optional()),
      legendurl: notYet(z.string().optional()),
      featureinfo_format: notYet(z.string().optional()),
      featureinfo_xslt: notYet(z.string().optional()),
      featureinfo_out_format: notYet(z.string().optional()),
    })
    .optional(),
  supported_srs: z.array(anyText).optional(),
  supported_formats: z.array(z.string()).optional(),
  forward_req_params: notYet(z.array(z.string()).optional()),
});

type WmsOptions = z.infer<typeof options>;

/** A remote WMS (section 6.2 of the behaviour rows). */
export default defineSource<WmsOptions>({
  type: 'wms',
  options,
  drawsMaps: (own) => own.wms_opts?.map !== false,
  selectLayers(own, layers) {
    const known = own.req.layers?.split(',');
    const unknown = layers.filter((layer) => known !== undefined && !known.includes(layer));
    if (unknown.length === 0) return { ...own, req: Object.assign({}, own.req, { layers: layers.join(',') }) };
    throw new ConfigError(`layers (${unknown.join(', ')}) not supported by source (${known?.join(', ')})`);
  },
  build(own, context): MapSource {
    const { url, transparent, ...parameters } = own.req;
    const { address, parameters: fixed } = splitServiceUrl(url);
    for (const [name, value] of Object.entries(parameters)) {
      if (value !== undefined) fixed.set(name.toUpperCase(), value);
    }
    if (transparent !== undefined) fixed.set('TRANSPARENT', transparent ? 'True' : 'False');
    checkParameters(fixed, context.warn);
    return new WmsSource(context.name, {
      address,
      fixed,
      version: own.wms_opts?.version ?? '1.1.1',
      srs: own.supported_srs?.map(srsByCode),
      formats: own.supported_formats,
      format: own.image?.format,
      image: context.image(own.image?.format ?? '', {
        ...own.image,
        transparent: own.image?.transparent ?? transparent,
      }),
      http: context.http([url], own.http),
    });
  },
});

function checkParameters(parameters: ReadonlyMap<string, string>, warn: (message: string) => void): void {
  if (parameters.get('SLD')?.startsWith('file://')) throw new ConfigError('file:// in req.sld is not available yet');
  if (!['LAYERS', 'SLD', 'SLD_BODY'].some((name) => parameters.has(name))) warn('req.layers is missing');
}

interface WmsParts {
  readonly address: string;
  readonly fixed: ReadonlyMap<string, string>;
  readonly version: WmsVersion;
  /** Undefined: any. */
  readonly srs: readonly Srs[] | undefined;
  readonly formats: readonly string[] | undefined;
  /** Wins over what the cache asks for. */
  readonly format: string | undefined;
  readonly image: ImageSettings;
  readonly http: SourceHttp;
}

class WmsSource implements MapSource {
  readonly kind = 'map';
  readonly name: string;
  readonly image: ImageSettings;
  readonly extent = undefined;
  readonly #parts: WmsParts;

  constructor(name: string, parts: WmsParts) {
    this.name = name;
    this.image = parts.image;
    this.#parts = parts;
  }

  async getMap(query: SourceQuery): Promise<SourceImage | null> {
    const { address, fixed, version, http } = this.#parts;
    const srs = this.#supportedSrs(query.srs);
    const format = this.#supportedFormat(this.#parts.format ?? query.format);
    const parameters = getMapQuery(version, fixed, { bbox: query.bbox, size: query.size, srs, format });
    const isPost = http.method === 'POST' || (http.method === 'AUTO' && fixed.has('SLD_BODY'));
    const url = `${address}?${parameters}`;
    const shownUrl = splitCredentials(url).url;
    const answer = await (isPost ? http.fetch(address, query.signal, parameters) : http.fetch(url, query.signal));
    const message = `no image returned from source WMS${http.hideDetails ? '' : `: ${shownUrl}`}`;
    return { body: imageOf(answer, message), cacheable: true };
  }

  /** The same system by the name that the server knows (rows SRC-29, TRAP-07). */
  #supportedSrs(wanted: Srs): Srs {
    const { srs } = this.#parts;
    if (srs === undefined) return wanted;
    const found = srs.find(({ code }) => code === wanted.code) ?? srs.find((one) => one.equals(wanted));
    if (found !== undefined) return found;
    throw new SourceError(`source ${this.name} does not support ${wanted.code}, and reprojection is not available yet`);
  }

  /** Row SRC-30; what comes in another format than asked for is converted later on. */
  #supportedFormat(wanted: string): string {
    const { formats } = this.#parts;
    const [first] = formats ?? [];
    if (formats === undefined || first === undefined) return wanted;
    return formats.find((format) => formatExtension(format) === formatExtension(wanted)) ?? first;
  }
}

import { formatExtension } from '../../image/format.ts';
import type { MapSource, SourceImage, SourceQuery } from '../contract.ts';
import { splitCredentials } from '../http/credentials.ts';
import { imageOf } from '../image-answer.ts';
import { drawServerMap, type ServerAbilities } from '../server-map.ts';
import { getMapQuery, type WmsParameters, writeParameters } from './request.ts';
import type { WmsServer } from './server.ts';

/** Below this the map shows what is under it; MapProxy's limit. */
const OPAQUE = 0.99;

export interface WmsMapParts extends ServerAbilities {
  readonly name: string;
  readonly server: WmsServer;
  readonly formats: readonly string[] | undefined;
  /** Upper case (row SRC-31). */
  readonly forwarded: readonly string[];
}

/** Maps of a server that speaks WMS. */
export class WmsMapSource implements MapSource {
  readonly kind = 'map';
  readonly name: string;
  readonly image: MapSource['image'];
  readonly extent = undefined;
  readonly #parts: WmsMapParts;

  constructor(parts: WmsMapParts) {
    this.name = parts.name;
    this.image = parts.image;
    this.#parts = parts;
  }

  getMap(query: SourceQuery): Promise<SourceImage | null> {
    return drawServerMap(this.#parts, query, (asked) => this.#ask(asked));
  }

  isOpaque(): boolean {
    const { transparent, opacity } = this.image;
    const shines = opacity !== undefined && opacity > 0 && opacity < OPAQUE;
    return transparent !== true && this.#parts.transparentColor === undefined && !shines;
  }

  /** Row SRC-34: servers take several layers at once. MapProxy does not look at the other parameters; we do. */
  combineWith(upper: MapSource, query: SourceQuery): MapSource | undefined {
    if (!(upper instanceof WmsMapSource) || !this.#goesWith(upper, query)) return undefined;
    const fixed = combinedParameters(this.#parts.server.fixed, upper.#parts.server.fixed);
    if (fixed === undefined) return undefined;
    return new WmsMapSource({ ...this.#parts, server: { ...this.#parts.server, fixed } });
  }

  #goesWith(other: WmsMapSource, query: SourceQuery): boolean {
    const [parts, upper] = [this.#parts, other.#parts];
    const { image } = other;
    if (this.image.opacity !== undefined || image.opacity !== undefined) return false;
    if (parts.server.address !== upper.server.address || parts.server.version !== upper.server.version) return false;
    const forwarded = [parts, upper].map((one) => [...forwardedOf(one, query)]);
    return (
      this.image.format === image.format &&
      isSame(
        parts.srs?.map(({ code }) => code),
        upper.srs?.map(({ code }) => code),
      ) &&
      isSame(parts.formats, upper.formats) &&
      isSame(parts.transparentColor, upper.transparentColor) &&
      isSame(forwarded[0], forwarded[1])
    );
  }

  async #ask(query: SourceQuery): Promise<Buffer> {
    const { server } = this.#parts;
    const { http, fixed } = server;
    const isPost = http.method === 'POST' || (http.method === 'AUTO' && fixed.has('SLD_BODY'));
    const map = { ...query, format: this.#format(query.format) };
    const { url, form } = isPost ? this.#postRequest(map) : { url: this.#getUrl(map), form: undefined };
    const answer = await http.fetch(url, query.signal, { form });
    const shown = http.hideDetails ? '' : `: ${splitCredentials(url).url}`;
    return imageOf(answer, `no image returned from source WMS${shown}`);
  }

  #getUrl(map: SourceQuery): string {
    const { server } = this.#parts;
    return `${server.address}?${getMapQuery(server, map, forwardedOf(this.#parts, map))}`;
  }

  /** What the URL has of its own stays there: some servers look for their map nowhere else (row GLB-11). */
  #postRequest(map: SourceQuery): { url: string; form: string } {
    const { server } = this.#parts;
    const { address, urlParameters, fixed } = server;
    const others = new Map([...fixed].filter(([name, value]) => urlParameters.get(name) !== value));
    const form = getMapQuery({ ...server, fixed: others }, map, forwardedOf(this.#parts, map));
    return { url: urlParameters.size === 0 ? address : `${address}?${writeParameters(urlParameters)}`, form };
  }

  /** Row SRC-30; what comes in another format than asked for is converted later on. */
  #format(wanted: string): string {
    const format = this.image.format === '' ? wanted : this.image.format;
    const { formats } = this.#parts;
    if (formats === undefined || formats.length === 0) return format;
    const isKnown = formats.some((one) => formatExtension(one) === formatExtension(format));
    return isKnown ? format : (formats[0] ?? format);
  }
}

/** The client's parameters that are passed on (row SRC-31). */
function forwardedOf({ forwarded }: WmsMapParts, { dimensions }: SourceQuery): WmsParameters {
  const found = forwarded.map((name) => [name, dimensions?.get(name.toLowerCase())] as const);
  return new Map(found.filter((pair): pair is readonly [string, string] => pair[1] !== undefined));
}

/** Undefined: one request cannot say both. */
function combinedParameters(lower: WmsParameters, upper: WmsParameters): WmsParameters | undefined {
  const names = new Set([...lower.keys(), ...upper.keys()]);
  // Where the lower map is opaque, so is the combined one; both are where neither is asked to be transparent.
  for (const name of ['LAYERS', 'STYLES', 'QUERY_LAYERS', 'TRANSPARENT']) names.delete(name);
  for (const name of names) if (lower.get(name) !== upper.get(name)) return undefined;
  const [lowerLayers, upperLayers] = [lower.get('LAYERS'), upper.get('LAYERS')];
  const styles = [stylesOf(lower), stylesOf(upper)];
  if (lowerLayers === undefined || upperLayers === undefined || styles.includes(undefined)) return undefined;
  const hasStyles = styles.some((one) => /[^,]/.test(one ?? ''));
  return new Map([
    ...lower,
    ['LAYERS', `${lowerLayers},${upperLayers}`],
    ...(hasStyles ? [['STYLES', styles.join(',')] as const] : []),
  ]);
}

/** One style for each layer; undefined: more styles than layers. */
function stylesOf(parameters: WmsParameters): string | undefined {
  const count = parameters.get('LAYERS')?.split(',').length ?? 0;
  const styles = parameters.get('STYLES')?.split(',') ?? [];
  if (styles.length > count) return undefined;
  return [...styles, ...Array<string>(count - styles.length).fill('')].join(',');
}

function isSame(one: unknown, two: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(two);
}

import { RequestError } from '../../http/errors.ts';
import type { Query } from '../../http/query.ts';
import { Response } from '../../http/response.ts';
import type { MapLayer } from '../../layer/contract.ts';
import type { InfoQuery } from '../../source/contract.ts';
import { combineInfos } from '../feature-info/combine.ts';
import { type InfoType, infoHeaders, infoTypeOf } from '../feature-info/types.ts';
import { isQueryable, leavesOf } from './layer-tree.ts';
import { checkRequired, checkStyles, readBbox, readLayers, readSize, readSrs, westFirst } from './map-request.ts';
import type { WmsSettings } from './options.ts';
import type { WmsVersion } from './version.ts';

/** A GetFeatureInfo request that can be answered (row WMS-37). */
export interface InfoRequest {
  /** That are asked: groups are the layers below them. */
  readonly leaves: readonly MapLayer[];
  /** As the client named them. */
  readonly asked: readonly MapLayer[];
  readonly point: Omit<InfoQuery, 'signal'>;
}

/** Parameters that MapProxy lets pass without, unless it is told to be strict (row WMS-34). */
const LENIENT = ['format', 'styles'];

/** A media type that can be a header's value: it is the client's own word. */
const MEDIA_TYPE = /^[\w.+-]+\/[\w.+-]+(; ?[\w.+-]+=[\w.+-]+)*$/;

/** @throws RequestError for the first that is wrong: parameters, bbox, styles, layers, SRS, position. */
export function readInfoRequest(
  query: Query,
  version: WmsVersion,
  settings: WmsSettings,
  layersByName: ReadonlyMap<string, MapLayer>,
): InfoRequest {
  const [column, row] = version === '1.3.0' ? ['i', 'j'] : ['x', 'y'];
  checkRequired(query, version, ['query_layers', column, row], settings.strict ? [] : LENIENT);
  const corners = readBbox(query);
  checkStyles(query);
  const size = readSize(query);
  readLayers(query.get('layers') ?? '', layersByName);
  const asked = readLayers(query.get('query_layers') ?? '', layersByName);
  const srs = readSrs(query, version, settings);
  for (const layer of asked) {
    if (!isQueryable(layer)) throw new RequestError(`layer ${layer.name} is not queryable`);
  }
  const count = Number.parseInt(query.get('feature_count') ?? '', 10);
  return {
    asked,
    leaves: [...new Set(asked.flatMap(leavesOf))],
    point: {
      bbox: westFirst(corners, srs, version),
      size,
      srs,
      position: [readPixel(query, column), readPixel(query, row)],
      infoFormat: query.get('info_format') || undefined,
      featureCount: count > 0 ? count : undefined,
    },
  };
}

/** MapProxy answers 500 for what is no number. */
function readPixel(query: Query, name: string): number {
  const text = query.get(name) ?? '';
  const pixel = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(pixel)) throw new RequestError(`invalid ${name} ${text}`, { code: 'InvalidPoint' });
  return pixel;
}

/** Asks the sources of the layers and puts together what they say (rows WMS-37 to WMS-41). @throws SourceError */
export async function answerInfo(
  { leaves, point }: InfoRequest,
  version: WmsVersion,
  { infoTransforms }: WmsSettings,
  signal: AbortSignal,
): Promise<Response> {
  const sources = [...new Set(leaves.flatMap(({ infoSources }) => infoSources))];
  const answers = await Promise.all(sources.map((source) => source.getFeatureInfo({ ...point, signal })));
  const combined = combineInfos(answers.filter((answer) => answer !== null));
  if (combined === undefined) return new Response(200, infoHeaders(emptyType(point)), '');
  const wanted = point.infoFormat === undefined ? defaultType(infoTransforms) : infoTypeOf(point.infoFormat);
  const transform = wanted === undefined ? undefined : infoTransforms.get(wanted);
  // Text, which documents of different types become, has nothing to transform.
  if (wanted === undefined || transform === undefined || combined.type === 'text') {
    return new Response(200, infoHeaders(infoMediaType(version, combined.type)), combined.body);
  }
  const body = await transform(combined.body, signal);
  return new Response(200, infoHeaders(infoMediaType(version, wanted)), body);
}

/** Row WMS-40; undefined: as the sources answer. */
function defaultType(transforms: WmsSettings['infoTransforms']): InfoType | undefined {
  return (['xml', 'html'] as const).find((type) => transforms.has(type));
}

function emptyType({ infoFormat }: InfoRequest['point']): string {
  return infoFormat !== undefined && MEDIA_TYPE.test(infoFormat) ? infoFormat : 'text/plain';
}

/** Row WMS-38: before 1.3.0, XML is GML. */
export function infoMediaType(version: WmsVersion, type: InfoType): string {
  if (type === 'xml') return version === '1.3.0' ? 'text/xml' : 'application/vnd.ogc.gml';
  return { text: 'text/plain', html: 'text/html', json: 'application/json' }[type];
}

import { RequestError, SourceError } from '../../http/errors.ts';
import { missingParameters, type Query } from '../../http/query.ts';
import { Response } from '../../http/response.ts';
import { stackedLegends } from '../../image/legend.ts';
import type { Raster } from '../../image/raster.ts';
import type { MapLayer, MapOutput } from '../../layer/contract.ts';
import type { LegendAnswer, LegendQuery } from '../../source/contract.ts';
import { hasLegend, leavesOf } from './layer-tree.ts';
import { offeredFormat, readLayers } from './map-request.ts';
import type { WmsSettings } from './options.ts';
import type { WmsVersion } from './version.ts';

const JSON_TYPE = 'application/json';

/** A GetLegendGraphic request that can be answered (row WMS-42). */
export interface LegendRequest extends Omit<LegendQuery, 'signal'> {
  readonly layer: MapLayer;
}

/** @throws RequestError for the first that is wrong: parameters, SLD version, layer, format, scale. */
export function readLegendRequest(
  query: Query,
  version: WmsVersion,
  settings: WmsSettings,
  layersByName: ReadonlyMap<string, MapLayer>,
): LegendRequest {
  const required = ['version', 'request', 'layer', 'format', ...(settings.strict ? ['sld_version'] : [])];
  const missing = missingParameters(query, required);
  if (missing !== undefined) throw new RequestError(missing);
  const sldVersion = query.get('sld_version') ?? '1.1.0';
  if (sldVersion !== '1.1.0') throw new RequestError(`invalid sld_version ${sldVersion}`);
  const name = query.get('layer') ?? '';
  const layer = layersByName.get(name) ?? readLayers(name, layersByName)[0];
  if (layer === undefined || !hasLegend(layer)) {
    throw new RequestError(`layer ${name} has no legend graphic`, { status: 404 });
  }
  return { layer, format: readFormat(query, version, settings), scale: readScale(query) };
}

/** MapProxy answers 500 for a format that is not offered. */
function readFormat(query: Query, version: WmsVersion, settings: WmsSettings): string {
  const asked = query.get('format') ?? '';
  const format = asked === JSON_TYPE ? asked : offeredFormat(query, version, settings);
  if (format !== undefined) return format;
  throw new RequestError(`unsupported image format: ${asked}`, { code: 'InvalidFormat' });
}

function readScale(query: Query): number | undefined {
  const text = query.get('scale');
  if (text === undefined || text === '') return undefined;
  const scale = Number(text);
  if (!(scale > 0 && Number.isFinite(scale))) throw new RequestError(`invalid scale ${text}`);
  return scale;
}

/** Writes a picture in an offered format. */
export type EncodeLegend = (raster: Raster, output: MapOutput) => Promise<Buffer>;

/** @throws SourceError when no source has a legend to show */
export async function answerLegend(
  request: LegendRequest,
  encode: EncodeLegend,
  signal: AbortSignal,
): Promise<Response> {
  const legends = await legendsOf(request.layer, { format: request.format, scale: request.scale, signal });
  if (request.format === JSON_TYPE) {
    return new Response(200, { 'Content-Type': JSON_TYPE }, joinJsonLegends(legends));
  }
  const output: MapOutput = { mimeType: request.format, transparent: true, background: [255, 255, 255] };
  const body = await encode(await stackLegends(legends), output);
  return new Response(200, { 'Content-Type': request.format }, body);
}

/** From the bottom up. @throws SourceError when there is none in the end */
async function legendsOf(layer: MapLayer, query: LegendQuery): Promise<LegendAnswer[]> {
  const own = layer.legendSources.length > 0 ? [layer] : leavesOf(layer);
  const sources = [...new Set(own.flatMap(({ legendSources }) => legendSources))];
  const answers = await Promise.all(sources.map((source) => source.getLegends(query)));
  const legends = answers.flatMap((answer) => answer.legends);
  if (legends.length === 0) throw new SourceError('no source could deliver its legend');
  return legends;
}

/** @throws SourceError for what only begins like a picture */
async function stackLegends(legends: readonly LegendAnswer[]): Promise<Raster> {
  try {
    return await stackedLegends(legends.map(({ body }) => body));
  } catch (cause) {
    throw new SourceError('a legend cannot be read', { cause });
  }
}

/** As GeoServer describes legends; lists of all sources in one. @throws SourceError for what is none */
function joinJsonLegends(legends: readonly LegendAnswer[]): string {
  const all = legends.flatMap(({ body, contentType }) => {
    if (contentType !== JSON_TYPE) return [];
    const entries = readJsonLegend(body);
    if (entries === undefined) throw new SourceError('a legend is not in JSON');
    return entries;
  });
  return JSON.stringify({ Legend: all });
}

function readJsonLegend(body: Buffer): unknown[] | undefined {
  try {
    const parsed: unknown = JSON.parse(body.toString());
    const legend = typeof parsed === 'object' && parsed !== null && 'Legend' in parsed ? parsed.Legend : undefined;
    return Array.isArray(legend) ? legend : undefined;
  } catch {
    return undefined;
  }
}

/** How long capabilities wait for legends whose size is not known yet; those are left out of them then. */
const LEGEND_PATIENCE_MS = 5000;

/** Sizes of legends as capabilities print them (row WMS-12); each is asked for once, and again if it failed. */
export class LegendSizes {
  readonly #known = new Map<MapLayer, readonly [width: number, height: number]>();

  /** Of all layers that have a legend and a name. */
  async load(layers: Iterable<MapLayer>): Promise<ReadonlyMap<MapLayer, readonly [width: number, height: number]>> {
    const missing = [...layers].filter((layer) => layer.legendSources.length > 0 && !this.#known.has(layer));
    if (missing.length > 0) {
      const signal = AbortSignal.timeout(LEGEND_PATIENCE_MS);
      await Promise.all(missing.map((layer) => this.#load(layer, signal)));
    }
    return this.#known;
  }

  async #load(layer: MapLayer, signal: AbortSignal): Promise<void> {
    try {
      const legends = await legendsOf(layer, { format: 'image/png', scale: undefined, signal });
      const { width, height } = await stackLegends(legends);
      this.#known.set(layer, [width, height]);
    } catch (error) {
      if (!(error instanceof SourceError) && !signal.aborted) throw error;
    }
  }
}

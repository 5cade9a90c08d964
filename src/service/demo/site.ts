import type { Application } from '../../http/application.ts';
import { configuredText } from '../../http/xml.ts';
import type { MapLayer, ServiceMetadata } from '../../layer/contract.ts';
import type { DemoPart, ServiceContext, ServiceDefinition } from '../contract.ts';
import { metadataOr } from '../metadata.ts';
import tms from '../tms/index.ts';
import { type TileMap, tileMapsOf } from '../tms/tile-map.ts';
import wms, { namedLayers } from '../wms/index.ts';
import { type WmsSettings, wmsSettings } from '../wms/options.ts';
import wmts from '../wmts/index.ts';
import { type WmtsTiles, wmtsOffer } from '../wmts/layers.ts';
import { restTemplate, type WmtsOptions, wmtsWays } from '../wmts/options.ts';
import { type Background, backgroundOf } from './background.ts';

/** A layer with all the ways to see it. */
export interface SiteLayer {
  readonly name: string;
  readonly title: string;
  readonly abstract: string;
  readonly map: MapLayer | undefined;
  readonly tileMaps: readonly TileMap[];
  readonly wmtsTiles: readonly WmtsTiles[];
}

/** What the pages show: the services of this application and their layers. */
export interface Site {
  readonly metadata: ServiceMetadata;
  /** Below the layers of viewers; undefined: nothing. */
  readonly background: Background | undefined;
  /** Whether any layer has tiles. */
  readonly hasTiles: boolean;
  /** What other services tell of themselves: those of plugins, for one. */
  readonly parts: readonly DemoPart[];
  readonly layers: ReadonlyMap<string, SiteLayer>;
  /** Undefined where the service is not configured. */
  readonly wms: { readonly settings: WmsSettings; readonly application: Application } | undefined;
  readonly tms: { readonly application: Application } | undefined;
  readonly wmts: { readonly kvp: Application | undefined; readonly rest: Application | undefined } | undefined;
  /** Address of a layer's tiles with {z}, {x} and {y}; `base` is the application's. */
  readonly wmtsTileUrl: (base: string, tiles: WmtsTiles, layer: string) => string;
}

/**
 * Builds the services once more for the pages: a service is but a view on the layers of the context, and this way the
 * pages need no network to see what clients see (row DEMO-03).
 *
 * @param backgroundUrl of the demo's own options
 */
export function buildSite(context: ServiceContext, backgroundUrl?: string): Site {
  const hasService = (type: string): boolean => context.serviceTypes.includes(type);
  const settings = hasService('wms') ? wmsSettings(optionsOf(wms, context), context) : undefined;
  const tileMaps = hasService('tms') ? tileMapsOf(optionsOf(tms, context).use_grid_names === true, context) : [];
  return {
    background: backgroundOf(backgroundUrl ?? context.backgroundUrl),
    hasTiles: context.tileLayers.length > 0,
    parts: context.demoParts(),
    metadata: settings?.metadata ?? metadataOr(undefined, context.defaultMetadata),
    layers: siteLayers(context, settings !== undefined, tileMaps, hasService('wmts')),
    wms: settings && { settings, application: wms.build(optionsOf(wms, context), context).application },
    tms: hasService('tms') ? { application: tms.build(optionsOf(tms, context), context).application } : undefined,
    wmts: hasService('wmts') ? wmtsApplications(context) : undefined,
    wmtsTileUrl: hasService('wmts') ? wmtsTileUrl(optionsOf(wmts, context)) : kvpTileUrl,
  };
}

function wmtsTileUrl(options: WmtsOptions): Site['wmtsTileUrl'] {
  if (!wmtsWays(options).restful) return kvpTileUrl;
  const template = restTemplate(options);
  const names: Readonly<Record<string, string>> = { TileMatrix: '{z}', TileCol: '{x}', TileRow: '{y}' };
  return (base, { matrixSet, extension }, layer) => {
    const own: Readonly<Record<string, string>> = { ...names, TileMatrixSet: encodeURIComponent(matrixSet.identifier) };
    const url = template.resourceUrl('', layer, extension ?? 'png');
    return `${base}/wmts${url.replace(/\{(\w+)\}/g, (_, name: string) => own[name] ?? 'default')}`;
  };
}

const kvpTileUrl: Site['wmtsTileUrl'] = (base, { matrixSet, tileSet }, layer) => {
  const parameters = new URLSearchParams({
    SERVICE: 'WMTS',
    REQUEST: 'GetTile',
    VERSION: '1.0.0',
    LAYER: layer,
    STYLE: 'default',
    TILEMATRIXSET: matrixSet.identifier,
    FORMAT: tileSet.mimeType,
  });
  return `${base}/service?${parameters}&TILEMATRIX={z}&TILECOL={x}&TILEROW={y}`;
};

function wmtsApplications(context: ServiceContext): NonNullable<Site['wmts']> {
  const options = optionsOf(wmts, context);
  const service = wmts.build(options, context);
  return { kvp: service.ows?.application, rest: wmtsWays(options).restful ? service.application : undefined };
}

/** The context hands out options by type as the definition of that type has checked them. */
function optionsOf<Options>(definition: ServiceDefinition<Options>, context: ServiceContext): Options {
  return context.optionsOf(definition.type) as Options;
}

function siteLayers(
  context: ServiceContext,
  hasWms: boolean,
  tileMaps: readonly TileMap[],
  hasWmts: boolean,
): Map<string, SiteLayer> {
  const maps = hasWms ? namedLayers(context.mapLayers) : new Map<string, MapLayer>();
  const wmtsLayers = wmtsOffer(hasWmts ? context.tileLayers : []).layers;
  const tiled = new Map(context.tileLayers.map((layer) => [layer.name, layer]));
  const layers = new Map<string, SiteLayer>();
  for (const name of new Set([...maps.keys(), ...(tileMaps.length > 0 || hasWmts ? tiled.keys() : [])])) {
    const described = maps.get(name) ?? tiled.get(name);
    layers.set(name, {
      name,
      title: configuredText(described?.title ?? name),
      abstract: configuredText(described?.abstract ?? ''),
      map: maps.get(name),
      tileMaps: tileMaps.filter((tileMap) => tileMap.layer.name === name),
      wmtsTiles: [...(wmtsLayers.get(name)?.tiles.values() ?? [])],
    });
  }
  return layers;
}

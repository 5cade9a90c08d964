import type { Bbox } from '../../grid/types.ts';
import { configuredText } from '../../http/xml.ts';
import type { LayerDimension, LayerMetadata, MapLayer, TileLayer } from '../../layer/contract.ts';
import type { Srs } from '../../srs/srs.ts';
import { geographicBbox, transformed } from '../geographic-bbox.ts';
import { isQueryable } from './layer-tree.ts';
import type { WmsSettings } from './options.ts';
import type { WmsVersion } from './version.ts';

/** A layer as capabilities of all versions tell it. */
export interface LayerDescription {
  readonly name: string | undefined;
  readonly title: string;
  readonly abstract: string | undefined;
  /** Degrees: west, south, east, north. */
  readonly geographic: Bbox;
  /** x before y, whatever the SRS. */
  readonly boxes: readonly { readonly srs: Srs; readonly bbox: Bbox }[];
  readonly resolutions: MapLayer['resolutionRange'];
  readonly isQueryable: boolean;
  readonly dimensions: readonly LayerDimension[];
  readonly metadata: LayerMetadata;
  /** What is described: its legend's size is known later. */
  readonly source: MapLayer;
  readonly layers: readonly LayerDescription[];
}

/** What capabilities are written of. */
export interface CapabilitiesParts {
  readonly root: LayerDescription;
  readonly settings: WmsSettings;
  /** Of the service, with a question mark at its end (row WMS-06). */
  readonly url: string;
  /** Pixels of the legends that can be shown (row WMS-12). */
  readonly legends: ReadonlyMap<MapLayer, readonly [width: number, height: number]>;
  /** Whose tiles are told, for clients of WMS-C (row WMS-35). */
  readonly tileLayers: readonly TileLayer[];
}

/** Where the legend of a layer is. */
export function legendUrl(url: string, version: WmsVersion, layer: string): string {
  const parameters = { service: 'WMS', version, request: 'GetLegendGraphic', sld_version: '1.1.0' };
  return `${url}${new URLSearchParams({ ...parameters, format: 'image/png', layer })}`;
}

/** Describes a layer and those below it (rows WMS-09, WMS-10). */
export function describeLayer(layer: MapLayer, settings: WmsSettings): LayerDescription {
  const { extent } = layer;
  const boxes = advertisedSrs(layer, settings).flatMap((srs) => {
    const bbox = settings.limits.get(srs.code.toUpperCase()) ?? transformed(extent.bbox, extent.srs, srs);
    return bbox === undefined ? [] : [{ srs, bbox }];
  });
  return {
    name: layer.name,
    title: configuredText(layer.title),
    abstract: layer.abstract === undefined ? undefined : configuredText(layer.abstract),
    geographic: geographicBbox(extent.bbox, extent.srs),
    boxes,
    resolutions: layer.resolutionRange,
    isQueryable: isQueryable(layer),
    dimensions: layer.dimensions,
    metadata: layer.metadata,
    source: layer,
    layers: layer.layers.map((child) => describeLayer(child, settings)),
  };
}

/** `bbox_srs`, and the SRS of the caches below as far as maps are drawn in them. */
function advertisedSrs(layer: MapLayer, settings: WmsSettings): Srs[] {
  const codes = new Map(settings.bboxSrs.map((srs) => [srs.code, srs]));
  for (const srs of layer.nativeSrs) if (settings.srs.has(srs.code.toUpperCase())) codes.set(srs.code, srs);
  return [...codes.values()];
}

import type { Bbox } from '../../grid/types.ts';
import { configuredText } from '../../http/xml.ts';
import type { LayerDimension, LayerMetadata, MapLayer, TileLayer } from '../../layer/contract.ts';
import type { Srs } from '../../srs/srs.ts';
import type { Permissions } from '../authorization.ts';
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

/** Describes a layer and those below it, as far as a client may see them (rows AUTH-05, WMS-09, WMS-10). */
export function describeLayer(layer: MapLayer, settings: WmsSettings, permissions?: Permissions): LayerDescription {
  const extent = visibleExtent(layer, permissions) ?? layer.extent;
  const maySeeInfo = layer.name === undefined || (permissions?.permits(layer.name, 'featureinfo') ?? true);
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
    isQueryable: maySeeInfo && isQueryable(layer),
    dimensions: layer.dimensions,
    metadata: layer.metadata,
    source: layer,
    layers: layer.layers
      .filter((child) => isVisible(child, permissions))
      .map((child) => describeLayer(child, settings, permissions))
      .filter(({ name, layers }) => permissions === undefined || name !== undefined || layers.length > 0),
  };
}

/** Row AUTH-05; a layer that is not visible hides those below it. */
function isVisible(layer: MapLayer, permissions: Permissions | undefined): boolean {
  if (permissions === undefined || layer.name === undefined) return true;
  return permissions.permits(layer.name, 'map') && visibleExtent(layer, permissions) !== undefined;
}

/** Undefined: nothing of the layer may be seen. */
function visibleExtent(layer: MapLayer, permissions: Permissions | undefined): MapLayer['extent'] | undefined {
  let extent: MapLayer['extent'] | undefined = layer.extent;
  for (const limit of [...(permissions?.limitsOf(layer.name ?? '') ?? []), ...(permissions?.limits ?? [])]) {
    extent = extent && limit.intersection(extent.bbox, extent.srs);
  }
  return extent && { bbox: extent.bbox, srs: extent.srs };
}

/** `bbox_srs`, and the SRS of the caches below as far as maps are drawn in them. */
function advertisedSrs(layer: MapLayer, settings: WmsSettings): Srs[] {
  const codes = new Map(settings.bboxSrs.map((srs) => [srs.code, srs]));
  for (const srs of layer.nativeSrs) if (settings.srs.has(srs.code.toUpperCase())) codes.set(srs.code, srs);
  return [...codes.values()];
}

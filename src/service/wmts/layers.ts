import { configuredText } from '../../http/xml.ts';
import type { TileLayer, TileSet } from '../../layer/contract.ts';
import { getLogger } from '../../log.ts';
import { MatrixSet } from './matrix-set.ts';

const log = getLogger('mapproxy.service.wmts');

/** A layer with the matrix sets it is offered in. */
export interface WmtsLayer {
  readonly layer: TileLayer;
  readonly name: string;
  readonly title: string;
  readonly abstract: string;
  readonly tiles: ReadonlyMap<string, WmtsTiles>;
}

/** A layer in one matrix set. */
export interface WmtsTiles {
  readonly layer: TileLayer;
  readonly matrixSet: MatrixSet;
  readonly tileSet: TileSet;
  /** The file extension of the format; undefined: the cache holds several, any is taken (row WMTS-15). */
  readonly extension: string | undefined;
}

/** What WMTS offers: layers and matrix sets by their identifiers. */
export interface WmtsOffer {
  readonly layers: ReadonlyMap<string, WmtsLayer>;
  readonly matrixSets: ReadonlyMap<string, MatrixSet>;
}

/** The offer for the layers configured; grids whose rows cannot be counted from the north are left out (row WMTS-10). */
export function wmtsOffer(tileLayers: readonly TileLayer[]): WmtsOffer {
  const layers = new Map<string, WmtsLayer>();
  const matrixSets = new Map<string, MatrixSet>();
  for (const layer of tileLayers) {
    const tiles = new Map<string, WmtsTiles>();
    for (const tileSet of layer.tileSets) {
      const { grid, format } = tileSet;
      if (!grid.supportsOrigin('nw')) {
        warnOnce(tileSet, layer);
        continue;
      }
      const matrixSet = matrixSets.get(grid.name) ?? new MatrixSet(grid);
      matrixSets.set(grid.name, matrixSet);
      tiles.set(grid.name, { layer, matrixSet, tileSet, extension: format === 'mixed' ? undefined : format });
    }
    if (tiles.size === 0) continue;
    layers.set(layer.name, {
      layer,
      name: layer.name,
      title: configuredText(layer.title),
      abstract: configuredText(layer.abstract ?? ''),
      tiles,
    });
  }
  return { layers, matrixSets };
}

/** Whether any of a layer's matrix sets can be asked what is at a point (row WMTS-11). */
export function isQueryable({ layer, tiles }: WmtsLayer): boolean {
  return [...tiles.values()].some(({ tileSet }) => (layer.infoSources.get(tileSet) ?? []).length > 0);
}

/** The demo asks for the offer too: what is left out is said once. */
const warned = new WeakSet<TileSet>();

function warnOnce(tileSet: TileSet, layer: TileLayer): void {
  if (warned.has(tileSet)) return;
  warned.add(tileSet);
  log.warn(`grid '${tileSet.grid.name}' is not compatible with WMTS, skipping for layer '${layer.name}'`);
}

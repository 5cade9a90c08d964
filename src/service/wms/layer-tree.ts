import type { MapLayer } from '../../layer/contract.ts';

/** The layers that can be asked for, in the order of capabilities. */
export function namedLayers(root: MapLayer): Map<string, MapLayer> {
  const layers = new Map<string, MapLayer>();
  const visit = (layer: MapLayer): void => {
    if (layer.name !== undefined) layers.set(layer.name, layer);
    for (const child of layer.layers) visit(child);
  };
  visit(root);
  return layers;
}

/** What is drawn for a layer: itself, or the layers below a group (row LYR-02). */
export function leavesOf(layer: MapLayer): readonly MapLayer[] {
  return layer.hasSources ? [layer] : layer.layers.flatMap(leavesOf);
}

/** Row LYR-13. */
export function isQueryable(layer: MapLayer): boolean {
  return leavesOf(layer).some(({ infoSources }) => infoSources.length > 0);
}

export function hasLegend(layer: MapLayer): boolean {
  return layer.legendSources.length > 0 || leavesOf(layer).some(({ legendSources }) => legendSources.length > 0);
}

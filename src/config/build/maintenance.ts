import { maintainTiles } from '../../cache/maintenance.ts';
import type { Maintenance } from '../../http/maintenance.ts';
import type { Configuration } from '../configuration.ts';
import type { LayerOptions } from '../options/layer.ts';
import type { Graph } from './graph.ts';

/** Work on the tiles of a configuration's caches. */
export function tileMaintenance(configuration: Configuration, graph: Graph): Maintenance {
  return async (task, tell, signal) => {
    const names = cacheNames(configuration, graph, task.target);
    if (names.length === 0) return false;
    try {
      const caches = names.flatMap((name) => graph.tileCaches(name));
      await maintainTiles(caches, task, tell, signal);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      tell({ done: 0, total: 0, failed: 0, isFinished: true, error: message });
    }
    return true;
  };
}

/** The cache of this name, or those that layers of this name show. */
function cacheNames(configuration: Configuration, graph: Graph, target: string): string[] {
  if (graph.hasCache(target)) return [target];
  const names = layersNamed(configuration.layers, target).flatMap(({ sources = [], tile_sources: tiled = [] }) => [
    ...sources,
    ...tiled,
  ]);
  return [...new Set(names)].filter((name) => graph.hasCache(name));
}

function layersNamed(layers: readonly LayerOptions[], name: string): LayerOptions[] {
  return layers.flatMap((layer) => [...(layer.name === name ? [layer] : []), ...layersNamed(layer.layers ?? [], name)]);
}

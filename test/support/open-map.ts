import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { Graph } from '../../src/config/build/graph.ts';
import { type BuiltLayers, buildLayers } from '../../src/config/build/layers.ts';
import { loadConfiguration } from '../../src/config/index.ts';
import type { Problems } from '../../src/config/problems.ts';
import type { TileSet } from '../../src/layer/contract.ts';
import { LayerRenderer } from '../../src/layer/renderer.ts';
import { type AnswerUpstream, MapServer } from './map-server.ts';
import { folderWith } from './temporary.ts';

/** A configuration built up to its layers, with a map server that its sources name by SERVER. */
export interface OpenMap extends BuiltLayers {
  readonly server: MapServer;
  /** Of the configuration and, by default, its caches. */
  readonly folder: string;
  readonly graph: Graph;
  readonly renderer: LayerRenderer;
  /** What is told of the configuration. */
  readonly problems: Problems;
  /** The only tile set of a tile layer. */
  tileSet(layer: string): TileSet;
}

/** @param yaml a mapproxy.yaml with SERVER where the URL of the map server belongs */
export async function openMap(test: TestContext, yaml: string, answer?: AnswerUpstream): Promise<OpenMap> {
  const server = await MapServer.start(answer);
  test.after(() => server.stop());
  const folder = await folderWith(test, { 'mapproxy.yaml': yaml.replaceAll('SERVER', server.url) });
  const configuration = await loadConfiguration(join(folder, 'mapproxy.yaml'));
  const graph = new Graph(configuration);
  test.after(() => graph.close());
  const { globals } = configuration;
  const layers = buildLayers(configuration, graph, 'Root');
  return {
    ...layers,
    server,
    folder,
    graph,
    problems: configuration.problems,
    renderer: new LayerRenderer({
      image: globals.image,
      maxTiles: globals.cache.max_tile_limit,
      preferredSrs: graph.preferredSrs,
    }),
    tileSet(name) {
      const layer = layers.tileLayers.find((one) => one.name === name);
      assert.equal(layer?.tileSets.length, 1, `tile layer ${name}`);
      const [tileSet] = layer?.tileSets ?? [];
      assert.ok(tileSet);
      return tileSet;
    },
  };
}

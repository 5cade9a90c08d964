import { globalOptions } from '../../src/config/options/globals.ts';
import type { TileGrid } from '../../src/grid/tile-grid.ts';
import type { TileCoord } from '../../src/grid/types.ts';
import { imageSettings } from '../../src/image/options.ts';
import type {
  MapLayer,
  MapOutput,
  MapQuery,
  MapRenderer,
  RenderedMap,
  Tile,
  TileLayer,
  TileSet,
} from '../../src/layer/contract.ts';
import type { ServiceContext } from '../../src/service/contract.ts';
import { srsByCode } from '../../src/srs/srs.ts';
import { predefinedGrid } from './fake-grids.ts';

/** A tile whose body says which one it is. */
export function fakeTile(coord: TileCoord, tile: Partial<Tile> = {}): Tile {
  return {
    body: Buffer.from(coord.join('/')),
    mimeType: 'image/png',
    timestamp: 1700000000.5,
    cacheable: true,
    ...tile,
  };
}

/** Answers every tile with its coordinates in the grid's own origin, or with what `getTile` says. */
export function fakeTileSet(grid: TileGrid, options: Partial<TileSet> = {}): TileSet {
  return {
    grid,
    format: 'png',
    mimeType: 'image/png',
    image: imageSettings(globalOptions.parse({}).image, 'image/png'),
    extent: grid.bbox,
    getTile: (coord) => fakeTile(coord),
    ...options,
  };
}

/** A layer with these tile sets; give what matters to a test. */
export function fakeTileLayer(name: string, tileSets: readonly TileSet[], layer: Partial<TileLayer> = {}): TileLayer {
  return {
    name,
    title: name,
    abstract: undefined,
    tileSets,
    infoSources: new Map(),
    legendUrls: { kvp: undefined, rest: undefined },
    dimensions: [],
    ...layer,
  };
}

/** A renderer that keeps what it was asked. */
export class FakeRenderer implements MapRenderer {
  readonly calls: { layers: readonly MapLayer[]; query: MapQuery; output: MapOutput }[] = [];
  answer: RenderedMap | Error = { body: Buffer.from('map'), mimeType: 'image/png', cacheable: true };

  async render(layers: readonly MapLayer[], query: MapQuery, output: MapOutput): Promise<RenderedMap> {
    this.calls.push({ layers, query, output });
    if (this.answer instanceof Error) throw this.answer;
    return { ...this.answer, mimeType: output.mimeType };
  }
}

const OSM = fakeTileLayer(
  'osm',
  ['GLOBAL_MERCATOR', 'GLOBAL_GEODETIC', 'webmercator'].map((name) => fakeTileSet(predefinedGrid(name))),
  { title: 'Streets &amp; <houses>', abstract: 'An abstract' },
);

const PHOTO = fakeTileLayer(
  'photo',
  ['utm32', 'sqrt2'].map((name) => fakeTileSet(predefinedGrid(name), { format: 'jpeg', mimeType: 'image/jpeg' })),
  { title: 'Aerial photos' },
);

export const FAKE_TILE_LAYERS: readonly TileLayer[] = [OSM, PHOTO];

function mapLayer(layer: Partial<MapLayer>): MapLayer {
  return {
    name: undefined,
    title: '',
    abstract: undefined,
    layers: [],
    hasSources: (layer.layers ?? []).length === 0,
    infoSources: [],
    legendSources: [],
    dimensions: [],
    metadata: {
      keywordLists: undefined,
      attribution: undefined,
      identifiers: [],
      metadataUrls: [],
      dataUrls: [],
      featureLists: [],
    },
    extent: { bbox: [-180, -90, 180, 90], srs: srsByCode('EPSG:4326') },
    nativeSrs: [],
    ...layer,
  };
}

/** Root > group `base` > `osm`, `photo`; root > `direct`. */
export const FAKE_MAP_LAYERS: MapLayer = mapLayer({
  title: 'All maps',
  layers: [
    mapLayer({
      name: 'base',
      title: 'Base maps',
      layers: [
        mapLayer({
          name: 'osm',
          title: 'Streets &amp; <houses>',
          abstract: 'An abstract',
          nativeSrs: [srsByCode('EPSG:900913')],
        }),
        mapLayer({
          name: 'photo',
          title: 'Aerial photos',
          extent: { bbox: [5, 50, 10, 55], srs: srsByCode('EPSG:4326') },
          nativeSrs: [srsByCode('EPSG:25832')],
          resolutionRange: { coarsest: 1000, finest: 1 },
        }),
      ],
    }),
    mapLayer({ name: 'direct', title: 'Direct' }),
  ],
});

/** A context over the fake layers; give what matters to a test. */
export function fakeContext(context: Partial<ServiceContext> = {}): ServiceContext {
  return {
    tileLayers: FAKE_TILE_LAYERS,
    mapLayers: FAKE_MAP_LAYERS,
    renderer: new FakeRenderer(),
    srs: srsByCode,
    encode: async ({ width, height }) => Buffer.from(`picture ${width} x ${height}`),
    formatNamed: (name) => name,
    stylesheet: () => async (document) => document,
    tileMaxAge: 259200,
    defaultMetadata: undefined,
    serviceTypes: [],
    demoParts: () => [],
    optionsOf: () => ({}),
    ...context,
  };
}

/** Every field of `md` set, with characters that markup must escape. */
export const FULL_METADATA = {
  title: 'City maps',
  abstract: 'All <the> maps & more',
  online_resource: 'http://city.example/',
  fees: 'free',
  access_constraints: 'none at all',
  contact: {
    person: 'Ada',
    position: 'Lead',
    organization: 'City & Co',
    address: 'Street 1',
    city: 'Town',
    state: 'ST',
    postcode: 12345,
    country: 'XX',
    phone: '1',
    fax: '2',
    email: 'maps@city.example',
  },
  keyword_list: [{ vocabulary: 'GEMET', keywords: ['Orthophoto', 'Photo'] }, { keywords: ['Map'] }],
};

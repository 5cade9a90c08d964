import { TileGrid } from '../../src/grid/tile-grid.ts';
import { MERCATOR_LIMIT, srsByCode } from '../../src/srs/srs.ts';

const MERCATOR_BBOX = [-MERCATOR_LIMIT, -MERCATOR_LIMIT, MERCATOR_LIMIT, MERCATOR_LIMIT] as const;

function halving(first: number, levels: number, factor = 2): number[] {
  return Array.from({ length: levels }, (_, level) => first / factor ** level);
}

const GRIDS: Readonly<Record<string, () => TileGrid>> = {
  GLOBAL_MERCATOR: () => mercator('GLOBAL_MERCATOR', 'EPSG:900913', 'sw'),
  webmercator: () => mercator('webmercator', 'EPSG:3857', 'nw'),
  sqrt2: () =>
    new TileGrid({
      name: 'sqrt2',
      srs: srsByCode('EPSG:900913'),
      bbox: MERCATOR_BBOX,
      origin: 'sw',
      tileSize: [256, 256],
      resolutions: halving((2 * MERCATOR_LIMIT) / 256, 40, Math.SQRT2),
    }),
  GLOBAL_GEODETIC: () =>
    new TileGrid({
      name: 'GLOBAL_GEODETIC',
      srs: srsByCode('EPSG:4326'),
      bbox: [-180, -90, 180, 90],
      origin: 'sw',
      tileSize: [256, 256],
      resolutions: halving(360 / 256, 20),
    }),
  geodeticNorth: () =>
    new TileGrid({
      name: 'geodeticNorth',
      srs: srsByCode('EPSG:4326'),
      bbox: [-180, -90, 180, 90],
      origin: 'nw',
      tileSize: [256, 256],
      resolutions: halving(180 / 256, 19),
    }),
  utm32: () =>
    new TileGrid({
      name: 'utm32',
      srs: srsByCode('EPSG:25832'),
      bbox: [200000, 5000000, 1000000, 6000000],
      origin: 'nw',
      tileSize: [256, 256],
      resolutions: halving(3906.25, 20),
    }),
};

function mercator(name: string, srs: string, origin: 'sw' | 'nw'): TileGrid {
  return new TileGrid({
    name,
    srs: srsByCode(srs),
    bbox: MERCATOR_BBOX,
    origin,
    tileSize: [256, 256],
    resolutions: halving((2 * MERCATOR_LIMIT) / 256, 20),
  });
}

/** One of the grids that tests of services share. */
export function predefinedGrid(name: string): TileGrid {
  const create = GRIDS[name];
  if (create === undefined) throw new Error(`no grid ${name} among the fakes`);
  return create();
}

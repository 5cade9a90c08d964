import { bboxEquals } from '../../grid/bbox.ts';
import type { TileGrid } from '../../grid/tile-grid.ts';
import type { Bbox, TileCoord } from '../../grid/types.ts';
import { RequestError } from '../../http/errors.ts';
import { configuredText } from '../../http/xml.ts';
import type { TileLayer, TileSet } from '../../layer/contract.ts';
import { defaultDimensions } from '../../layer/dimensions.ts';
import { MERCATOR_LIMIT, srsByCode } from '../../srs/srs.ts';
import type { ServiceContext } from '../contract.ts';
import { outOfRange } from '../tile-answers.ts';
import type { TilePath } from './tile-path.ts';

const MERCATOR_WORLD: Bbox = [-MERCATOR_LIMIT, -MERCATOR_LIMIT, MERCATOR_LIMIT, MERCATOR_LIMIT];
const GEODETIC_WORLD: Bbox = [-180, -90, 180, 90];

export type Profile = 'global-mercator' | 'global-geodetic' | 'local';

/** One level as TMS counts it, and the grid's level behind it. */
export interface TileMapLevel {
  readonly order: number;
  readonly level: number;
  readonly unitsPerPixel: number;
}

/** The tile maps that a service offers, in the order of the configuration. */
export function tileMapsOf(useGridNames: boolean, { tileLayers }: ServiceContext): TileMap[] {
  return tileLayers.flatMap((layer) => layer.tileSets.map((tileSet) => new TileMap(layer, tileSet, useGridNames)));
}

/** A TileMap of TMS 1.0.0: one layer in one grid, its levels counted as the profile wants them (row TMS-05). */
export class TileMap {
  readonly layer: TileLayer;
  readonly title: string;
  readonly tileSet: TileSet;
  /** How the grid is called in URLs: `EPSG900913`, or the grid's name (row TMS-07). */
  readonly spec: string;
  readonly profile: Profile;
  readonly srsName: string;
  /** The file extension that URLs must have; undefined: any will do, the cache holds several formats. */
  readonly extension: string | undefined;
  /** Of its tiles: URLs have no place for others. */
  readonly dimensions: ReadonlyMap<string, string> | undefined;
  readonly #isSqrt2: boolean;

  constructor(layer: TileLayer, tileSet: TileSet, useGridNames: boolean) {
    const { grid, format } = tileSet;
    this.layer = layer;
    this.title = configuredText(layer.title);
    this.tileSet = tileSet;
    this.spec = useGridNames ? grid.name : grid.srs.code.replace(':', '');
    this.profile = profileOf(grid);
    this.srsName = this.profile === 'global-mercator' ? 'OSGEO:41001' : grid.srs.code;
    this.extension = format === 'mixed' ? undefined : format;
    this.dimensions = defaultDimensions(layer.dimensions);
    this.#isSqrt2 = isSqrt2(grid.resolutions);
  }

  /**
   * The grid's level of a TMS level; profiles leave out the first, square root grids every second (row TMS-05).
   * Negative levels stay so: counting on from -1 would reach the level that a profile leaves out.
   */
  gridLevel(order: number, countedByProfile: boolean): number {
    if (order < 0) return order;
    const skipped = countedByProfile && this.profile !== 'local' ? order + 1 : order;
    return this.#isSqrt2 ? skipped * 2 : skipped;
  }

  levels(): TileMapLevel[] {
    const levels: TileMapLevel[] = [];
    for (let order = 0; ; order++) {
      const level = this.gridLevel(order, true);
      const unitsPerPixel = this.tileSet.grid.resolutions[level];
      if (unitsPerPixel === undefined) return levels;
      levels.push({ order, level, unitsPerPixel });
    }
  }

  /**
   * The tile of the grid that a URL names, in the grid's own origin.
   *
   * @throws RequestError for another format than the layer's, `TileOutOfRange` for a tile outside the grid
   */
  tileAt({ x, y, z, extension }: TilePath, countedByProfile: boolean, origin: 'sw' | 'nw' | undefined): TileCoord {
    if (this.extension !== undefined && extension !== this.extension) {
      throw new RequestError(`invalid format (${extension}). this tile set only supports (${this.extension})`);
    }
    return this.requiredCoord([x, y, z], countedByProfile, origin);
  }

  /** The same for a coordinate alone. @throws RequestError `TileOutOfRange` */
  requiredCoord([x, y, z]: TileCoord, countedByProfile: boolean, origin: 'sw' | 'nw' | undefined): TileCoord {
    const coord = this.gridCoord([x, y, this.gridLevel(z, countedByProfile)], origin);
    if (coord === undefined) throw outOfRange();
    return coord;
  }

  /** The tile of the grid for a coordinate counted from `origin`; undefined outside the grid. */
  gridCoord(coord: TileCoord, origin: 'sw' | 'nw' | undefined): TileCoord | undefined {
    const { grid } = this.tileSet;
    if (!grid.contains(coord)) return undefined;
    return origin === undefined || origin === grid.origin ? coord : grid.flip(coord);
  }
}

/** Row TMS-08. */
export function unknownLayer(pathName: string): RequestError {
  return new RequestError(`unknown layer: ${pathName.split('/', 1)[0]}`);
}

/**
 * All tile maps of the layers by the names that URLs have for them: `osm/EPSG900913`, `osm_EPSG900913`, `osm`.
 *
 * @param preferred specs of the map that the layer's name alone stands for, the first that there is (rows TMS-04, KML-03)
 */
export function tileMapsByPath(
  tileMaps: readonly TileMap[],
  preferred: readonly string[],
): ReadonlyMap<string, TileMap> {
  const byPath = new Map<string, TileMap>();
  for (const tileMap of tileMaps) {
    byPath.set(`${tileMap.layer.name}_${tileMap.spec}`, tileMap);
    byPath.set(`${tileMap.layer.name}/${tileMap.spec}`, tileMap);
  }
  // A layer's full name comes before these.
  for (const spec of preferred) {
    for (const tileMap of tileMaps) {
      const { name } = tileMap.layer;
      if (tileMap.spec === spec && !byPath.has(name)) byPath.set(name, tileMap);
    }
  }
  return byPath;
}

function profileOf({ srs, bbox }: TileGrid): Profile {
  if (srs.equals(srsByCode('EPSG:3857')) && bboxEquals(bbox, MERCATOR_WORLD, [1e-3, 1e-3])) return 'global-mercator';
  if (srs.equals(srsByCode('EPSG:4326')) && bboxEquals(bbox, GEODETIC_WORLD, [1e-9, 1e-9])) return 'global-geodetic';
  return 'local';
}

function isSqrt2([first, second]: readonly number[]): boolean {
  return first !== undefined && second !== undefined && Math.abs(first / second - Math.SQRT2) < 1e-9;
}

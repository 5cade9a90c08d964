import type { Srs } from '../srs/srs.ts';
import { floorDivide, round12 } from './arithmetic.ts';
import { bboxIntersects, bboxUnion, resolutionOf } from './bbox.ts';
import { closestLevel } from './closest-level.ts';
import type { Bbox, Size, TileCoord } from './types.ts';

export type Origin = 'sw' | 'nw';

export interface TileGridOptions {
  readonly name: string;
  readonly srs: Srs;
  /** In the grid's SRS; tiles may reach beyond it. */
  readonly bbox: Bbox;
  readonly origin: Origin;
  /** Pixels. */
  readonly tileSize: Size;
  /** From the coarsest to the finest, in map units for each pixel. */
  readonly resolutions: readonly number[];
  /** One name for each level; by default `00`, `01` ... (row GRD-08). */
  readonly levelNames?: readonly string[] | undefined;
  readonly thresholdRes?: readonly number[] | undefined;
  readonly stretchFactor?: number | undefined;
  readonly maxShrinkFactor?: number | undefined;
}

/** Tiles that a bbox touches: row by row from the top, from west to east. Null stands for a place outside the grid. */
export interface AffectedTiles {
  readonly level: number;
  /** Of all tiles together, places outside the grid included. */
  readonly bbox: Bbox;
  /** Columns and rows. */
  readonly size: Size;
  tiles(): Generator<TileCoord | null>;
}

/** A pyramid of regular tiles over a bbox (section 4 of the behaviour rows). */
export class TileGrid {
  readonly name: string;
  readonly srs: Srs;
  readonly bbox: Bbox;
  readonly origin: Origin;
  readonly tileSize: Size;
  readonly resolutions: readonly number[];
  readonly levels: number;
  /** Columns and rows of each level. */
  readonly gridSizes: readonly Size[];
  readonly isGeodetic: boolean;
  readonly #levelNames: readonly string[];
  readonly #thresholdRes: readonly number[];
  readonly #stretchFactor: number;
  readonly #maxShrinkFactor: number;

  constructor(options: TileGridOptions) {
    this.name = options.name;
    this.srs = options.srs;
    this.bbox = options.bbox;
    this.origin = options.origin;
    this.tileSize = options.tileSize;
    this.resolutions = options.resolutions;
    this.levels = options.resolutions.length;
    this.isGeodetic = options.srs.isGeographic;
    this.gridSizes = options.resolutions.map((resolution) => gridSize(options.bbox, options.tileSize, resolution));
    this.#levelNames = options.levelNames ?? this.resolutions.map((_, level) => String(level).padStart(2, '0'));
    this.#thresholdRes = options.thresholdRes ?? [];
    this.#stretchFactor = options.stretchFactor ?? 1.15;
    this.#maxShrinkFactor = options.maxShrinkFactor ?? 4;
  }

  /** Map units in one pixel. @throws RangeError for a level the grid does not have. */
  resolution(level: number): number {
    const resolution = this.resolutions[level];
    if (resolution === undefined) throw new RangeError(`grid ${this.name} has no level ${level}`);
    return resolution;
  }

  /** Columns and rows. @throws RangeError for a level the grid does not have. */
  gridSize(level: number): Size {
    const size = this.gridSizes[level];
    if (size === undefined) throw new RangeError(`grid ${this.name} has no level ${level}`);
    return size;
  }

  /** Name of a tile matrix: `00`, or as configured under `res`. @throws RangeError for a level not there. */
  levelName(level: number): string {
    const name = this.#levelNames[level];
    if (name === undefined) throw new RangeError(`grid ${this.name} has no level ${level}`);
    return name;
  }

  /** The level of a tile matrix name. */
  levelByName(name: string): number | undefined {
    const level = this.#levelNames.indexOf(name);
    return level === -1 ? undefined : level;
  }

  /** Whether the coordinate is a tile of this grid. */
  contains([x, y, level]: TileCoord): boolean {
    const size = this.gridSizes[level];
    return size !== undefined && x >= 0 && y >= 0 && x < size[0] && y < size[1];
  }

  /** Area of a tile; offsets are rounded to 12 decimals and may leave the grid's bbox (row GRD-21). */
  tileBbox([x, y, level]: TileCoord): Bbox {
    const resolution = this.resolution(level);
    const [width, height] = [resolution * this.tileSize[0], resolution * this.tileSize[1]];
    const west = this.bbox[0] + round12(x * resolution * this.tileSize[0]);
    const east = west + round12(width);
    if (this.origin === 'nw') {
      const north = this.bbox[3] - round12(y * resolution * this.tileSize[1]);
      return [west, north - round12(height), east, north];
    }
    const south = this.bbox[1] + round12(y * resolution * this.tileSize[1]);
    return [west, south, east, south + round12(height)];
  }

  /** Area of all tiles between two corners, both included. */
  tilesBbox(one: TileCoord, two: TileCoord): Bbox {
    return bboxUnion(this.tileBbox(one), this.tileBbox(two));
  }

  /** The tile that holds a point; may lie outside the grid. */
  tileCoordAt([x, y]: readonly [x: number, y: number], level: number): TileCoord {
    const resolution = this.resolution(level);
    const fromOrigin = this.origin === 'nw' ? this.bbox[3] - y : y - this.bbox[1];
    return [
      Math.floor((x - this.bbox[0]) / (resolution * this.tileSize[0])),
      Math.floor(fromOrigin / (resolution * this.tileSize[1])),
      level,
    ];
  }

  /** The same tile counted from the other origin. */
  flip([x, y, level]: TileCoord): TileCoord {
    return [x, this.gridSize(level)[1] - 1 - y, level];
  }

  /** Whether tiles may be counted from `origin`: the rows of every level must line up with the bbox (row GRD-22). */
  supportsOrigin(origin: Origin): boolean {
    if (origin === this.origin) return true;
    const tolerance = Math.max(Math.abs(this.bbox[1]), Math.abs(this.bbox[3])) / 1e12;
    return this.gridSizes.every(([columns, rows], level) => {
      const whole = this.tilesBbox([0, 0, level], [columns - 1, rows - 1, level]);
      return Math.abs(this.bbox[1] - whole[1]) <= tolerance && Math.abs(this.bbox[3] - whole[3]) <= tolerance;
    });
  }

  /** The level to draw a map of this resolution from (rows GRD-15, GRD-16). */
  closestLevel(resolution: number): number {
    return closestLevel(this.resolutions, resolution, this.#stretchFactor, this.#thresholdRes);
  }

  /**
   * Tiles for a map. Null: nothing to show there, because the bbox misses the grid or the map is too coarse for its
   * first level (row GRD-17).
   *
   * @throws RangeError when the bbox has no place in the grid's SRS.
   */
  affectedTiles(bbox: Bbox, size: Size, srs: Srs = this.srs): AffectedTiles | null {
    const own = srs.transformBbox(this.srs, bbox);
    if (!bboxIntersects(this.bbox, own)) return null;
    const resolution = resolutionOf(own, size);
    if (resolution > this.resolution(0) * this.#maxShrinkFactor) return null;
    return this.affectedLevelTiles(own, this.closestLevel(resolution));
  }

  /**
   * Tiles of a level; those only touched are left out (row GRD-20).
   *
   * @throws RangeError for a bbox smaller than a fifth of a pixel that falls between tiles.
   */
  affectedLevelTiles(bbox: Bbox, level: number): AffectedTiles {
    const inset = this.resolution(level) / 10;
    const southWest = this.tileCoordAt([bbox[0] + inset, bbox[1] + inset], level);
    const northEast = this.tileCoordAt([bbox[2] - inset, bbox[3] - inset], level);
    const size: Size = [northEast[0] - southWest[0] + 1, Math.abs(northEast[1] - southWest[1]) + 1];
    const isUpsideDown = this.origin === 'nw' ? northEast[1] > southWest[1] : northEast[1] < southWest[1];
    if (size[0] < 1 || isUpsideDown) throw new RangeError('Invalid BBOX');
    const down = this.origin === 'nw' ? 1 : -1;
    return {
      level,
      size,
      bbox: this.tilesBbox(southWest, northEast),
      tiles: () => this.#block(southWest[0], northEast[1], size, down, level),
    };
  }

  *#block(west: number, top: number, size: Size, down: 1 | -1, level: number): Generator<TileCoord | null> {
    for (let row = 0; row < size[1]; row++) {
      for (let column = 0; column < size[0]; column++) {
        const coord: TileCoord = [west + column, top + down * row, level];
        yield this.contains(coord) ? coord : null;
      }
    }
  }
}

/** Columns and rows of a level: whole pixels first, then tiles, one at least (row GRD-19). */
function gridSize(bbox: Bbox, tileSize: Size, resolution: number): Size {
  const columns = Math.ceil(floorDivide(bbox[2] - bbox[0], resolution) / tileSize[0]);
  const rows = Math.ceil(floorDivide(bbox[3] - bbox[1], resolution) / tileSize[1]);
  return [Math.max(columns, 1), Math.max(rows, 1)];
}

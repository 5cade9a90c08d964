import type { TileGrid } from '../../grid/tile-grid.ts';
import type { TileCoord } from '../../grid/types.ts';
import type { Srs } from '../../srs/srs.ts';

/** The size of a rendering pixel in metres (OGC 07-057r7, section 6.1). */
const PIXEL_SIZE = 0.00028;

/** One level as the capabilities print it (row WMTS-12). */
export interface TileMatrix {
  readonly identifier: string;
  readonly scaleDenominator: number;
  /** In the axis order of the CRS. */
  readonly topLeftCorner: readonly [number, number];
  readonly matrixSize: readonly [columns: number, rows: number];
}

/** A grid as WMTS counts it: rows from the north (row WMTS-10). */
export class MatrixSet {
  readonly grid: TileGrid;
  readonly identifier: string;
  readonly #levels: ReadonlyMap<string, number>;

  constructor(grid: TileGrid) {
    this.grid = grid;
    this.identifier = grid.name;
    const levels = new Map<string, number>();
    for (let level = 0; level < grid.levels; level++) levels.set(String(level), level);
    for (let level = 0; level < grid.levels; level++) levels.set(grid.levelName(level), level);
    this.#levels = levels;
  }

  get crs(): string {
    return crsUrn(this.grid.srs);
  }

  /** The level of a TileMatrix: its name, or its number with or without leading zeros (row WMTS-05). */
  level(tileMatrix: string): number | undefined {
    return this.#levels.get(tileMatrix) ?? this.#levels.get(tileMatrix.replace(/^0+(?=\d)/, ''));
  }

  /** The tile in the grid's own counting; undefined outside the grid. */
  gridCoord(column: number, row: number, level: number): TileCoord | undefined {
    const coord: TileCoord = [column, row, level];
    if (!this.grid.contains(coord)) return undefined;
    return this.grid.origin === 'nw' ? coord : this.grid.flip(coord);
  }

  matrices(): TileMatrix[] {
    return this.grid.resolutions.map((resolution, level) => {
      const [columns, rows] = this.grid.gridSize(level);
      return {
        identifier: this.grid.levelName(level),
        scaleDenominator: round10((resolution / PIXEL_SIZE) * this.grid.srs.metersPerUnit),
        topLeftCorner: this.#topLeftCorner(level),
        matrixSize: [columns, rows],
      };
    });
  }

  #topLeftCorner(level: number): readonly [number, number] {
    const first: TileCoord = [0, 0, level];
    const [west, , , north] = this.grid.tileBbox(this.grid.origin === 'nw' ? first : this.grid.flip(first));
    return this.grid.srs.northFirst ? [north, west] : [west, north];
  }
}

/** The CRS name that capabilities print: MapProxy's form, which has no version between the colons (row WMTS-12). */
export function crsUrn({ code }: Srs): string {
  return code === 'CRS:84' ? 'urn:ogc:def:crs:OGC:1.3:CRS84' : `urn:ogc:def:crs:${code}`;
}

function round10(value: number): number {
  return Number(value.toFixed(10));
}

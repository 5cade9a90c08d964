import { roundHalfEven } from './arithmetic.ts';
import type { TileGrid } from './tile-grid.ts';
import type { Bbox, Size, TileCoord } from './types.ts';

/** A tile's place in the picture of its meta tile. */
export interface MetaTilePart {
  readonly coord: TileCoord;
  /** Pixels from the picture's left and top. */
  readonly left: number;
  readonly top: number;
}

/** Several tiles fetched as one picture, with a border that hides labels cut at edges. */
export interface MetaTile {
  /** The tile that stands for all, in locks. */
  readonly main: TileCoord;
  /** Of the picture, border included. */
  readonly bbox: Bbox;
  /** Of the picture, in pixels. */
  readonly size: Size;
  /** Row by row from the top; places outside the grid are left out. */
  readonly parts: readonly MetaTilePart[];
}

/** Groups the tiles of a grid into meta tiles (row GRD-24). */
export class MetaGrid {
  readonly grid: TileGrid;
  /** Columns and rows of tiles. */
  readonly metaSize: Size;
  /** Border in pixels on each side; cut where it would leave the grid's bbox. */
  readonly buffer: number;

  constructor(grid: TileGrid, metaSize: Size, buffer: number) {
    this.grid = grid;
    this.metaSize = metaSize;
    this.buffer = buffer;
  }

  /** The tile with the smallest numbers in a tile's meta tile. */
  mainTile([x, y, level]: TileCoord): TileCoord {
    const [columns, rows] = this.#sizeAt(level);
    return [Math.floor(x / columns) * columns, Math.floor(y / rows) * rows, level];
  }

  /** The meta tile a tile belongs to. @throws RangeError for a level the grid does not have. */
  metaTile(coord: TileCoord): MetaTile {
    const main = this.mainTile(coord);
    return this.#block(main, main, this.#sizeAt(main[2]));
  }

  /** The smallest meta tile, with its border, that holds tiles of one level (row TILE-10). */
  minimalMetaTile(coords: readonly TileCoord[]): MetaTile {
    const [first] = coords;
    if (first === undefined) throw new RangeError('no tiles to make a meta tile of');
    const [columns, rows] = [coords.map(([x]) => x), coords.map(([, y]) => y)];
    const corner: TileCoord = [Math.min(...columns), Math.min(...rows), first[2]];
    const size: Size = [Math.max(...columns) - corner[0] + 1, Math.max(...rows) - corner[1] + 1];
    return this.#block(this.mainTile(corner), corner, size);
  }

  /** @param corner the tile with the smallest numbers */
  #block(main: TileCoord, corner: TileCoord, size: Size): MetaTile {
    const [x, y, level] = corner;
    const inner = this.grid.tilesBbox(corner, [x + size[0] - 1, y + size[1] - 1, level]);
    const { bbox, left, top } = this.#withBuffer(inner, level);
    const resolution = this.grid.resolution(level);
    return {
      main,
      bbox,
      // Not computed from the tile size: the border may have been cut at the edge of the grid.
      size: [roundHalfEven((bbox[2] - bbox[0]) / resolution), roundHalfEven((bbox[3] - bbox[1]) / resolution)],
      parts: [...this.#parts(corner, size, left, top)],
    };
  }

  /** A level smaller than the meta size makes one meta tile. */
  #sizeAt(level: number): Size {
    const [columns, rows] = this.grid.gridSize(level);
    return [Math.min(this.metaSize[0], columns), Math.min(this.metaSize[1], rows)];
  }

  #withBuffer([west, south, east, north]: Bbox, level: number): { bbox: Bbox; left: number; top: number } {
    if (this.buffer <= 0) return { bbox: [west, south, east, north], left: 0, top: 0 };
    const resolution = this.grid.resolution(level);
    const margin = this.buffer * resolution;
    const limit = this.grid.bbox;
    const wide: Bbox = [west - margin, south - margin, east + margin, north + margin];
    const pixelsCut = (beyond: number) => (beyond > 0 ? Math.trunc(Number((beyond / resolution).toFixed(5))) : 0);
    return {
      bbox: [
        Math.max(wide[0], limit[0]),
        Math.max(wide[1], limit[1]),
        Math.min(wide[2], limit[2]),
        Math.min(wide[3], limit[3]),
      ],
      left: this.buffer - pixelsCut(limit[0] - wide[0]),
      top: this.buffer - pixelsCut(wide[3] - limit[3]),
    };
  }

  *#parts([x, y, level]: TileCoord, [columns, rows]: Size, left: number, top: number): Generator<MetaTilePart> {
    const [width, height] = this.grid.tileSize;
    for (let row = 0; row < rows; row++) {
      const tileRow = this.grid.origin === 'nw' ? y + row : y + rows - 1 - row;
      for (let column = 0; column < columns; column++) {
        const coord: TileCoord = [x + column, tileRow, level];
        if (this.grid.contains(coord)) yield { coord, left: left + column * width, top: top + row * height };
      }
    }
  }
}

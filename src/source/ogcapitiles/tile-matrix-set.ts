import { z } from 'zod';
import type { Bbox, Size } from '../../grid/types.ts';
import type { Srs } from '../../srs/srs.ts';

const pair = z.tuple([z.number(), z.number()]);

/** A tile matrix set of the OGC (Two Dimensional Tile Matrix Set, version 2), as far as it is needed. */
export const tileMatrixSetSchema = z.object({
  orderedAxes: z.array(z.string()).optional(),
  tileMatrices: z.array(
    z.object({
      id: z.coerce.string(),
      cellSize: z.number().positive(),
      pointOfOrigin: pair,
      cornerOfOrigin: z.enum(['topLeft', 'bottomLeft']).default('topLeft'),
      tileWidth: z.int().positive(),
      tileHeight: z.int().positive(),
      matrixWidth: z.int().positive(),
      matrixHeight: z.int().positive(),
    }),
  ),
});

export type TileMatrixSet = z.infer<typeof tileMatrixSetSchema>;

export interface NamedTile {
  readonly matrix: string;
  readonly row: number;
  readonly column: number;
}

/** How far off in pixels a tile may be. */
const TOLERANCE = 0.1;

/**
 * The tile that shows exactly a bbox, which is in the set's own SRS.
 *
 * @returns `outside` where the set has no tile, `unaligned` where its tiles are others
 */
export function tileOf(
  set: TileMatrixSet,
  srs: Srs,
  bbox: Bbox,
  [width, height]: Size,
): NamedTile | 'outside' | 'unaligned' {
  const resolution = (bbox[2] - bbox[0]) / width;
  const matrix = set.tileMatrices.find(
    (one) =>
      one.tileWidth === width &&
      one.tileHeight === height &&
      // Over the whole of a tile the difference must not be seen.
      Math.abs(one.cellSize - resolution) * Math.max(width, height) < TOLERANCE * resolution,
  );
  if (matrix === undefined) return 'unaligned';
  const [first, second] = matrix.pointOfOrigin;
  const [originX, originY] = isNorthFirst(set, srs) ? [second, first] : [first, second];
  const left = (bbox[0] - originX) / (matrix.cellSize * width);
  const fromTop = matrix.cornerOfOrigin === 'topLeft' ? originY - bbox[3] : bbox[1] - originY;
  const above = fromTop / (matrix.cellSize * height);
  const [column, row] = [Math.round(left), Math.round(above)];
  if (Math.abs(left - column) * width > TOLERANCE || Math.abs(above - row) * height > TOLERANCE) return 'unaligned';
  if (column < 0 || row < 0 || column >= matrix.matrixWidth || row >= matrix.matrixHeight) return 'outside';
  return { matrix: matrix.id, row, column };
}

function isNorthFirst({ orderedAxes }: TileMatrixSet, srs: Srs): boolean {
  const [axis] = orderedAxes ?? [];
  return axis === undefined ? srs.northFirst : /^(?:lat|n|y)/i.test(axis);
}

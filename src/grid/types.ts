export type { Bbox } from '../srs/types.ts';

/** Width and height in pixels. */
export type Size = readonly [width: number, height: number];

/** Column, row (in the grid's own origin) and level of a tile. */
export type TileCoord = readonly [x: number, y: number, z: number];

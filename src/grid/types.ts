/** West, south, east, north in map units of an SRS, always x before y. */
export type Bbox = readonly [minX: number, minY: number, maxX: number, maxY: number];

/** Width and height in pixels. */
export type Size = readonly [width: number, height: number];

/** Column, row (in the grid's own origin) and level of a tile. */
export type TileCoord = readonly [x: number, y: number, z: number];

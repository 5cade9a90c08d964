/** West, south, east, north in map units of an SRS, always x before y. */
export type Bbox = readonly [minX: number, minY: number, maxX: number, maxY: number];

/** X (east) before y (north), in map units. */
export type Point = readonly [x: number, y: number];

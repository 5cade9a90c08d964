import type { Bbox, Size } from '../grid/types.ts';
import type { Srs } from '../srs/srs.ts';
import type { Point } from '../srs/types.ts';

/** Closed: the last point is the first one again. */
export type Ring = readonly Point[];

/** The outline first, holes after it. */
export type Polygon = readonly [outline: Ring, ...holes: Ring[]];

/** An area on the map (section 5 of the behaviour rows): of a source, a cache, a seeding task, or what somebody may see. */
export interface Coverage {
  readonly srs: Srs;
  /** Around all of it. */
  readonly bbox: Bbox;
  /** Whether maps are cut at its outline; otherwise it only tells which maps are asked for (row COV-07). */
  readonly clip: boolean;
  /** Whether a bbox is in it as a whole. What has no place in the coverage's SRS is not. */
  contains(bbox: Bbox, srs: Srs): boolean;
  /** Whether it has anything of a bbox, which is that of a meta tile where there is one (row COV-10). */
  intersects(bbox: Bbox, srs: Srs): boolean;
  /** Whether a point is in it or on its outline: the question of a feature info request. */
  containsPoint(point: Point, srs: Srs): boolean;
  /** What it has of a bbox, in its own SRS; undefined: nothing. */
  intersection(bbox: Bbox, srs: Srs): Coverage | undefined;
  /**
   * What it has of a map as polygons in pixels (x to the right, y downwards, fractions kept), shrunk by a tenth of a
   * pixel so that a pixel which is only touched stays outside (row IMG-16). Empty: nothing.
   */
  maskPolygons(bbox: Bbox, srs: Srs, size: Size): readonly Polygon[];
  /** All of it, in map units of its own SRS. */
  polygons(): readonly Polygon[];
  /** @throws RangeError where it leaves the other system */
  transformTo(srs: Srs): Coverage;
}

import { bboxContains, bboxIntersection, bboxIntersects } from '../grid/bbox.ts';
import type { Bbox, Size } from '../grid/types.ts';
import type { Srs } from '../srs/srs.ts';
import type { Point } from '../srs/types.ts';
import { bboxPolygon } from './bbox-polygon.ts';
import type { Coverage, Polygon } from './contract.ts';
import { MASK_MARGIN, toPixels } from './pixels.ts';
import { place } from './place.ts';

/** A rectangle (row COV-01). In another SRS it is the rectangle around itself, as in MapProxy. */
export class BboxCoverage implements Coverage {
  readonly bbox: Bbox;
  readonly srs: Srs;
  readonly clip: boolean;

  constructor(bbox: Bbox, srs: Srs, clip: boolean) {
    this.bbox = bbox;
    this.srs = srs;
    this.clip = clip;
  }

  contains(bbox: Bbox, srs: Srs): boolean {
    const own = place(() => srs.transformBbox(this.srs, bbox));
    return own !== undefined && bboxContains(this.bbox, own);
  }

  intersects(bbox: Bbox, srs: Srs): boolean {
    const own = place(() => srs.transformBbox(this.srs, bbox));
    if (own !== undefined) return bboxIntersects(this.bbox, own);
    // A map of the world has no place in a local system, but the local rectangle has one in the world's.
    const other = place(() => this.srs.transformBbox(srs, this.bbox));
    return other === undefined || bboxIntersects(other, bbox);
  }

  containsPoint(point: Point, srs: Srs): boolean {
    const own = place(() => srs.transformPoint(this.srs, point));
    if (own === undefined) return false;
    const [west, south, east, north] = this.bbox;
    return own[0] >= west && own[0] <= east && own[1] >= south && own[1] <= north;
  }

  intersection(bbox: Bbox, srs: Srs): Coverage | undefined {
    const own = place(() => srs.transformBbox(this.srs, bbox));
    if (own === undefined) return this.intersects(bbox, srs) ? this : undefined;
    const common = bboxIntersection(this.bbox, own);
    return common === undefined ? undefined : new BboxCoverage(common, this.srs, this.clip);
  }

  maskPolygons(bbox: Bbox, srs: Srs, size: Size): readonly Polygon[] {
    const own = place(() => this.srs.transformBbox(srs, this.bbox));
    if (own === undefined) return [];
    const [[left, top], [right, bottom]] = [
      toPixels([own[0], own[3]], bbox, size),
      toPixels([own[2], own[1]], bbox, size),
    ];
    const shrunk: Bbox = [left + MASK_MARGIN, top + MASK_MARGIN, right - MASK_MARGIN, bottom - MASK_MARGIN];
    const common = bboxIntersection(shrunk, [0, 0, size[0], size[1]]);
    return common === undefined ? [] : [bboxPolygon(common)];
  }

  polygons(): readonly Polygon[] {
    return [bboxPolygon(this.bbox)];
  }

  transformTo(srs: Srs): Coverage {
    return srs.equals(this.srs) ? this : new BboxCoverage(this.srs.transformBbox(srs, this.bbox), srs, this.clip);
  }
}

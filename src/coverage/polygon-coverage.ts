import type { Bbox, Size } from '../grid/types.ts';
import type { Srs } from '../srs/srs.ts';
import type { Point } from '../srs/types.ts';
import { bboxPolygon } from './bbox-polygon.ts';
import { clipPolygons, FEWEST_POINTS } from './clip-ring.ts';
import type { Coverage, Polygon, Ring } from './contract.ts';
import * as jsts from './jsts.ts';
import { OutlineIndex } from './outline-index.ts';
import { MASK_MARGIN, thinned, toPixels } from './pixels.ts';
import { place } from './place.ts';
import { transformPolygons } from './transform-polygons.ts';

/** Pixels around a map in which a clipped outline may run along the edge (see clipPolygons). */
const CLIP_MARGIN = 16;

/** Systems in which one coverage is kept; those of a service's clients are few, but they choose. */
const KEPT_SYSTEMS = 16;

/** An area of any shape (rows COV-02 to COV-06). */
export class PolygonCoverage implements Coverage {
  readonly bbox: Bbox;
  readonly srs: Srs;
  readonly clip: boolean;
  readonly geometry: jsts.Geometry;
  readonly #polygons: readonly Polygon[];
  readonly #index: OutlineIndex;
  /** By code; undefined: it has no place there. */
  readonly #elsewhere = new Map<string, PolygonCoverage | undefined>();

  /** @param geometry valid, and not empty */
  constructor(geometry: jsts.Geometry, srs: Srs, clip: boolean) {
    this.geometry = geometry;
    this.bbox = jsts.boundsOf(geometry);
    this.srs = srs;
    this.clip = clip;
    this.#polygons = jsts.polygonsOf(geometry);
    this.#index = new OutlineIndex(this.#polygons, this.bbox);
  }

  /** Asked in the SRS of the bbox, where its sides are straight. */
  contains(bbox: Bbox, srs: Srs): boolean {
    const there = this.#in(srs);
    if (there !== undefined) return there.#index.contains(bbox);
    const own = place(() => srs.transformBbox(this.srs, bbox));
    return own !== undefined && this.#index.contains(own);
  }

  intersects(bbox: Bbox, srs: Srs): boolean {
    const there = this.#in(srs);
    if (there !== undefined) return there.#index.intersects(bbox);
    const own = place(() => srs.transformBbox(this.srs, bbox));
    return own === undefined || this.#index.intersects(own);
  }

  containsPoint(point: Point, srs: Srs): boolean {
    const own = place(() => srs.transformPoint(this.srs, point));
    return own !== undefined && this.#index.hasPoint(own);
  }

  intersection(bbox: Bbox, srs: Srs): Coverage | undefined {
    const [area] = place(() => transformPolygons([bboxPolygon(bbox)], srs, this.srs)) ?? [];
    if (area === undefined) return this.intersects(bbox, srs) ? this : undefined;
    const common = jsts.intersect(this.geometry, jsts.repair(jsts.geometryOf([area])));
    return jsts.isEmpty(common) ? undefined : new PolygonCoverage(common, this.srs, this.clip);
  }

  maskPolygons(bbox: Bbox, srs: Srs, size: Size): readonly Polygon[] {
    const there = this.#in(srs);
    if (there === undefined) return [];
    const [width, height] = [bbox[2] - bbox[0], bbox[3] - bbox[1]];
    const [marginX, marginY] = [(CLIP_MARGIN * width) / size[0], (CLIP_MARGIN * height) / size[1]];
    const area: Bbox = [bbox[0] - marginX, bbox[1] - marginY, bbox[2] + marginX, bbox[3] + marginY];
    const inPixels = (ring: Ring) => thinned(ring.map((point) => toPixels(point, bbox, size)));
    const pixels = clipPolygons(there.polygons(), area).flatMap(([outline, ...holes]): Polygon[] => {
      const [visible, ...others] = [inPixels(outline), ...holes.map(inPixels)];
      return visible.length < FEWEST_POINTS
        ? []
        : [[visible, ...others.filter(({ length }) => length >= FEWEST_POINTS)]];
    });
    return pixels.flatMap((polygon) => jsts.polygonsOf(jsts.shrink(jsts.geometryOf([polygon]), MASK_MARGIN)));
  }

  polygons(): readonly Polygon[] {
    return this.#polygons;
  }

  transformTo(srs: Srs): PolygonCoverage {
    if (srs.equals(this.srs)) return this;
    const polygons = transformPolygons(this.polygons(), this.srs, srs);
    return new PolygonCoverage(jsts.repair(jsts.geometryOf(polygons)), srs, this.clip);
  }

  #in(srs: Srs): PolygonCoverage | undefined {
    if (srs.equals(this.srs)) return this;
    if (this.#elsewhere.has(srs.code)) return this.#elsewhere.get(srs.code);
    const there = place(() => this.transformTo(srs));
    if (this.#elsewhere.size >= KEPT_SYSTEMS) this.#elsewhere.clear();
    this.#elsewhere.set(srs.code, there);
    return there;
  }
}

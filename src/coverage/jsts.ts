import ArrayList from 'jsts/java/util/ArrayList.js';
import Coordinate from 'jsts/org/locationtech/jts/geom/Coordinate.js';
import GeometryFactory from 'jsts/org/locationtech/jts/geom/GeometryFactory.js';
import BufferOp from 'jsts/org/locationtech/jts/operation/buffer/BufferOp.js';
import BufferParameters from 'jsts/org/locationtech/jts/operation/buffer/BufferParameters.js';
import OverlayOp from 'jsts/org/locationtech/jts/operation/overlay/OverlayOp.js';
import SnapIfNeededOverlayOp from 'jsts/org/locationtech/jts/operation/overlay/snap/SnapIfNeededOverlayOp.js';
import UnaryUnionOp from 'jsts/org/locationtech/jts/operation/union/UnaryUnionOp.js';
import IsValidOp from 'jsts/org/locationtech/jts/operation/valid/IsValidOp.js';
import TopologyPreservingSimplifier from 'jsts/org/locationtech/jts/simplify/TopologyPreservingSimplifier.js';
import type { Bbox } from '../grid/types.ts';
import type { Point } from '../srs/types.ts';
import type { Polygon, Ring } from './contract.ts';

/** Polygons as the library has them. Its own types leave nearly everything open: only this file sees them. */
export interface Geometry {
  isEmpty(): boolean;
  getGeometryType(): string;
  getNumGeometries(): number;
  getGeometryN(index: number): Geometry;
  getEnvelopeInternal(): { getMinX(): number; getMinY(): number; getMaxX(): number; getMaxY(): number };
}

interface LineString {
  getCoordinates(): readonly Coordinate[];
}

interface PolygonGeometry extends Geometry {
  getExteriorRing(): LineString;
  getNumInteriorRing(): number;
  getInteriorRingN(index: number): LineString;
}

const factory = new GeometryFactory();

export function geometryOf(polygons: readonly Polygon[]): Geometry {
  const parts = polygons.map(
    ([outline, ...holes]): Geometry => factory.createPolygon(linearRing(outline), holes.map(linearRing)),
  );
  // buildGeometry makes one polygon a polygon and several a multi polygon.
  return factory.buildGeometry(listOf(parts));
}

/** Lines and points, which an operation may leave where areas only touch, are left out. */
export function polygonsOf(geometry: Geometry): Polygon[] {
  return Array.from({ length: geometry.getNumGeometries() }, (_, index) => geometry.getGeometryN(index))
    .filter(isPolygon)
    .map(polygonOf);
}

/** In map units. */
export function boundsOf(geometry: Geometry): Bbox {
  const envelope = geometry.getEnvelopeInternal();
  return [envelope.getMinX(), envelope.getMinY(), envelope.getMaxX(), envelope.getMaxY()];
}

export function isEmpty(geometry: Geometry): boolean {
  return polygonsOf(geometry).length === 0;
}

/** @param distance how far, in map units, a line may move */
export function simplify(geometry: Geometry, distance: number): Geometry {
  return TopologyPreservingSimplifier.simplify(geometry, distance);
}

/** Outlines that cross themselves become areas. */
export function repair(geometry: Geometry): Geometry {
  return IsValidOp.isValid(geometry) === true ? geometry : BufferOp.bufferOp(geometry, 0);
}

export function unite(geometries: readonly Geometry[]): Geometry {
  const [only, ...others] = geometries;
  if (only !== undefined && others.length === 0) return only;
  return UnaryUnionOp.union(listOf(geometries)) ?? factory.createPolygon();
}

export function intersect(one: Geometry, other: Geometry): Geometry {
  return SnapIfNeededOverlayOp.overlayOp(one, other, OverlayOp.INTERSECTION);
}

export function subtract(from: Geometry, other: Geometry): Geometry {
  return SnapIfNeededOverlayOp.overlayOp(from, other, OverlayOp.DIFFERENCE);
}

/** Moves the outline inwards by a distance in map units; corners stay corners. */
export function shrink(geometry: Geometry, distance: number): Geometry {
  const parameters = new BufferParameters();
  parameters.setQuadrantSegments(1);
  parameters.setJoinStyle(BufferParameters.JOIN_MITRE);
  return BufferOp.bufferOp(geometry, -distance, parameters);
}

function listOf(geometries: readonly Geometry[]): ArrayList {
  const list = new ArrayList(undefined);
  for (const geometry of geometries) list.add(geometry);
  return list;
}

function linearRing(ring: Ring): unknown {
  return factory.createLinearRing(ring.map(coordinate));
}

function coordinate([x, y]: Point): Coordinate {
  return new Coordinate(x, y);
}

function isPolygon(geometry: Geometry): geometry is PolygonGeometry {
  return geometry.getGeometryType() === 'Polygon' && !geometry.isEmpty();
}

function polygonOf(polygon: PolygonGeometry): Polygon {
  const holes = Array.from({ length: polygon.getNumInteriorRing() }, (_, index) =>
    ringOf(polygon.getInteriorRingN(index)),
  );
  return [ringOf(polygon.getExteriorRing()), ...holes];
}

function ringOf(ring: LineString): Ring {
  return ring.getCoordinates().map(({ x, y }) => [x, y] as const);
}

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Feature, FeatureCollection, Position } from 'geojson';
import { feature, mesh, neighbors } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import { areaOf, type Line, type Point, simplify } from './geometry.ts';
import { linesAcrossWorld, project, ringsAcrossWorld, unrolled } from './mercator.ts';

/** Pixels along one side of a tile. */
export const TILE_SIZE = 256;

/** Details smaller than this are left out: pixels. */
const TOLERANCE = 0.35;
/** The same for the outline of the shallows, which are blurred anyway and take longest to draw. */
const SHORE_TOLERANCE = 1;
/** Islands smaller than this are left out: square pixels. */
const SMALLEST_ISLAND = 0.8;

type World = Topology<{
  countries: GeometryCollection<{ readonly name: string }>;
  /** The same arcs, without the borders between countries. */
  land: GeometryCollection;
}>;

export interface Country {
  readonly name: string;
  /** Index of its fill: neighbours differ. */
  readonly tint: number;
  /** Each a list of rings, the outline first, then the holes; repeated east and west of the world's edges. */
  readonly polygons: readonly (readonly Line[])[];
}

/** The world drawn for one level, in pixels from the north-western corner. */
export interface LevelMap {
  readonly level: number;
  /** Width and height of the world: pixels. */
  readonly size: number;
  readonly countries: readonly Country[];
  /** Coasts, as rings around land and inland seas. */
  readonly coasts: readonly Line[];
  /** Coasts with less detail. */
  readonly shores: readonly Line[];
  /** Borders between countries, without coasts. */
  readonly borders: readonly Line[];
}

/** Natural Earth's countries, projected to world units. */
export interface Atlas {
  readonly world: World;
  readonly tints: readonly number[];
}

/** Reads the countries at 1:50 million from the world-atlas package. */
export async function readAtlas(): Promise<Atlas> {
  const path = createRequire(import.meta.url).resolve('world-atlas/countries-50m.json');
  const topology: World = JSON.parse(await readFile(path, 'utf8'));
  const { transform, ...rest } = topology;
  const arcs = topology.arcs.map((arc) => {
    let [column, row] = [0, 0];
    const degrees = arc.map(([dx = 0, dy = 0]): Point => {
      if (!transform) return project(dx, dy);
      column += dx;
      row += dy;
      const [x, y] = [transform.scale[0] * column, transform.scale[1] * row];
      return project(x + transform.translate[0], y + transform.translate[1]);
    });
    return positions(unrolled(degrees));
  });
  return { world: { ...rest, arcs }, tints: tintsOf(topology) };
}

/** The simplest colouring: each country takes the first of the tints that no neighbour before it has taken. */
function tintsOf({ objects }: World): number[] {
  const tints: number[] = [];
  for (const [index, beside] of neighbors(objects.countries.geometries).entries()) {
    const taken = new Set(beside.map((other) => tints[other]));
    // Begin elsewhere for every country, or most of the world would have the first tint.
    const order = [0, 1, 2, 3, 4, 5].map((step) => (step + index) % 6);
    tints.push(order.find((tint) => !taken.has(tint)) ?? 0);
  }
  return tints;
}

/**
 * Draws the atlas for a level: simplified arc by arc, so that neighbours keep their common border.
 *
 * @param margin how far beyond the dateline the world repeats itself: pixels
 */
export function mapForLevel({ world, tints }: Atlas, level: number, margin: number): LevelMap {
  const size = TILE_SIZE * 2 ** level;
  const simplified = { ...world, arcs: world.arcs.map((arc) => positions(simplify(points(arc), TOLERANCE / size))) };
  const toPixels = (line: Line): Line => line.map(([x, y]): Point => [x * size, y * size]);
  const countries = world.objects.countries.geometries.map((geometry, index): Country => {
    const polygons = polygonsOf(feature(simplified, geometry));
    return {
      name: geometry.properties && 'name' in geometry.properties ? geometry.properties.name : '',
      tint: tints[index] ?? 0,
      polygons: polygons
        .flatMap((rings) => copiesOf(rings.map(points), margin / size))
        .map((rings) => rings.map(toPixels).filter((ring) => areaOf(ring) >= SMALLEST_ISLAND))
        .filter((rings) => rings.length > 0),
    };
  });
  const coasts = polygonsOf(feature(simplified, world.objects.land))
    .flat()
    .flatMap((ring) => ringsAcrossWorld(points(ring), margin / size))
    .map(toPixels)
    .filter((ring) => areaOf(ring) >= SMALLEST_ISLAND);
  const borders = mesh(simplified, simplified.objects.countries, (a, b) => a !== b).coordinates;
  return {
    level,
    size,
    countries,
    coasts,
    shores: coasts.map((ring) => simplify(ring, SHORE_TOLERANCE)),
    borders: borders.flatMap((line) => linesAcrossWorld(points(line), margin / size)).map(toPixels),
  };
}

function polygonsOf(shape: Feature | FeatureCollection): Position[][][] {
  if (shape.type === 'FeatureCollection') return shape.features.flatMap(polygonsOf);
  if (shape.geometry.type === 'Polygon') return [shape.geometry.coordinates];
  return shape.geometry.type === 'MultiPolygon' ? shape.geometry.coordinates : [];
}

/** A polygon's copies east and west: its outline leads, its holes follow it. */
function copiesOf(rings: readonly Line[], margin: number): Line[][] {
  const [outline = [], ...holes] = rings;
  if (holes.length === 0) return ringsAcrossWorld(outline, margin).map((ring) => [ring]);
  return [rings.flatMap((ring) => ringsAcrossWorld(ring, margin))];
}

function points(line: readonly Position[]): Line {
  return line.map(([x = 0, y = 0]): Point => [x, y]);
}

function positions(line: Line): Position[] {
  return line.map(([x, y]) => [x, y]);
}

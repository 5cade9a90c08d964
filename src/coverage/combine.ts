import { ConfigError } from '../http/errors.ts';
import type { Srs } from '../srs/srs.ts';
import type { Coverage, Polygon } from './contract.ts';
import { EmptyCoverageError } from './errors.ts';
import * as jsts from './jsts.ts';
import { PolygonCoverage } from './polygon-coverage.ts';

/** An outline may move by this part of the shorter side of its extent (row COV-08). */
const TOLERANCE = 1e-6;

interface Making {
  readonly srs: Srs;
  readonly clip: boolean;
  readonly simplifies: boolean;
}

/** Polygons of a file as one area: simplified, repaired, and united where they overlap (row COV-08). */
export function coverageOfPolygons(polygons: readonly Polygon[], { srs, clip, simplifies }: Making): Coverage {
  const geometries = polygons.map((polygon) => {
    const geometry = jsts.geometryOf([polygon]);
    return jsts.repair(simplifies ? simplified(geometry) : geometry);
  });
  return coverageOf(jsts.unite(geometries), srs, clip, 'there are no polygons');
}

/** In the SRS of the first of them (row COV-06). */
export function combineCoverages(
  operation: 'unite' | 'intersect' | 'subtract',
  coverages: readonly Coverage[],
  clip: boolean,
): Coverage {
  const [first] = coverages;
  if (first === undefined) throw new ConfigError('there is no coverage to combine');
  const { srs } = first;
  const [start, ...others] = coverages.map((coverage) => geometryIn(coverage, srs));
  const geometry = start === undefined ? jsts.unite([]) : OPERATIONS[operation](start, others);
  return coverageOf(geometry, srs, clip, `the ${NAMES[operation]} is empty`);
}

type Operation = (first: jsts.Geometry, others: readonly jsts.Geometry[]) => jsts.Geometry;

const OPERATIONS: Readonly<Record<'unite' | 'intersect' | 'subtract', Operation>> = {
  unite: (first, others) => jsts.unite([first, ...others]),
  intersect: (first, others) => others.reduce(jsts.intersect, first),
  subtract: (first, others) => (others.length === 0 ? first : jsts.subtract(first, jsts.unite(others))),
};

const NAMES = { unite: 'union', intersect: 'intersection', subtract: 'difference' };

function geometryIn(coverage: Coverage, srs: Srs): jsts.Geometry {
  try {
    return jsts.geometryOf(coverage.transformTo(srs).polygons());
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    const reason = `a coverage in ${coverage.srs.code} has no place in ${srs.code}, the system of the first one`;
    throw new ConfigError(reason, undefined, { cause });
  }
}

function simplified(geometry: jsts.Geometry): jsts.Geometry {
  const [west, south, east, north] = jsts.boundsOf(geometry);
  return jsts.simplify(geometry, TOLERANCE * Math.min(east - west, north - south));
}

function coverageOf(geometry: jsts.Geometry, srs: Srs, clip: boolean, otherwise: string): Coverage {
  if (jsts.isEmpty(geometry)) throw new EmptyCoverageError(otherwise);
  return new PolygonCoverage(geometry, srs, clip);
}

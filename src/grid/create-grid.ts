import { ConfigError } from '../http/errors.ts';
import { MERCATOR_LIMIT, type Srs } from '../srs/srs.ts';
import { alignedPyramid, pyramid } from './resolutions.ts';
import { type Origin, TileGrid } from './tile-grid.ts';
import type { Bbox, Size } from './types.ts';

/** A grid as configured (section 4), its references to other things resolved. */
export interface GridDescription {
  readonly name: string;
  readonly srs: Srs;
  readonly bbox?: Bbox | undefined;
  readonly bboxSrs?: Srs | undefined;
  readonly origin: Origin;
  readonly tileSize: Size;
  /** Map units for each pixel, or pairs of a level's name and its resolution; in any order. */
  readonly res?: readonly (number | readonly [name: string, resolution: number])[] | undefined;
  readonly resFactor: number | 'sqrt2';
  readonly numLevels?: number | undefined;
  readonly minRes?: number | undefined;
  readonly maxRes?: number | undefined;
  readonly alignWith?: TileGrid | undefined;
  readonly thresholdRes?: readonly number[] | undefined;
  readonly stretchFactor: number;
  readonly maxShrinkFactor: number;
}

/**
 * @throws ConfigError when no bbox is given and none is known (row GRD-04), when the levels cannot be computed, or
 * when a bbox has no place in the grid's SRS.
 */
export function createGrid(description: GridDescription): TileGrid {
  const { name, srs, origin, tileSize, thresholdRes, stretchFactor, maxShrinkFactor } = description;
  const bbox = gridBbox(description);
  const levels = gridLevels(description, bbox);
  if (levels.resolutions.length === 0) throw new ConfigError(`grid ${name} has no resolutions`);
  return new TileGrid({ name, srs, bbox, origin, tileSize, thresholdRes, stretchFactor, maxShrinkFactor, ...levels });
}

function gridBbox({ srs, bbox, bboxSrs }: GridDescription): Bbox {
  if (bbox === undefined) return defaultBbox(srs);
  if (bboxSrs === undefined) return bbox;
  try {
    return bboxSrs.transformBbox(srs, bbox);
  } catch (cause) {
    throw new ConfigError(`bbox ${bbox.join(', ')} (${bboxSrs.code}) has no place in ${srs.code}`, undefined, {
      cause,
    });
  }
}

/** The world, for the systems whose world MapProxy knows (row GRD-04). */
export function defaultBbox(srs: Srs): Bbox {
  // CRS:84, EPSG:4326 and the many names of web Mercator are told apart by equality, not by code (row TRAP-07).
  if (srs.equalsCode('EPSG:4326')) return [-180, -90, 180, 90];
  if (srs.equalsCode('EPSG:3857')) return [-MERCATOR_LIMIT, -MERCATOR_LIMIT, MERCATOR_LIMIT, MERCATOR_LIMIT];
  throw new ConfigError(`need a bbox for grid with ${srs.code}`);
}

function gridLevels(description: GridDescription, bbox: Bbox): { resolutions: number[]; levelNames?: string[] } {
  const { name, res, minRes, maxRes, alignWith } = description;
  if (res !== undefined) {
    if (minRes !== undefined || maxRes !== undefined || alignWith !== undefined) {
      throw new ConfigError(`grid ${name}: res excludes min_res, max_res and align_resolutions_with`);
    }
    return listedLevels(res);
  }
  const pyramidOptions = { ...description, bbox };
  const resolutions =
    alignWith === undefined ? pyramid(pyramidOptions) : alignedPyramid(pyramidOptions, alignWith.resolutions);
  return { resolutions };
}

/** Sorted from the coarsest; names move with their resolution (row GRD-08). */
function listedLevels(res: NonNullable<GridDescription['res']>): { resolutions: number[]; levelNames?: string[] } {
  const levels = res.map((level) => (typeof level === 'number' ? ([undefined, level] as const) : level));
  levels.sort(([, one], [, other]) => other - one);
  const resolutions = levels.map(([, resolution]) => resolution);
  const levelNames = levels.flatMap(([name]) => (name === undefined ? [] : [name]));
  return levelNames.length === resolutions.length ? { resolutions, levelNames } : { resolutions };
}

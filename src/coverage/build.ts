import type { Bbox } from '../grid/types.ts';
import { ConfigError } from '../http/errors.ts';
import { type Srs, srsByCode } from '../srs/srs.ts';
import { BboxCoverage } from './bbox-coverage.ts';
import type { Coverage, Polygon } from './contract.ts';
import type { CoverageOptions } from './options.ts';
import {
  type DatasourceContext,
  isConnection,
  polygonsOfFile,
  polygonsOfWktFile,
  refuseConnection,
} from './read/datasource.ts';

/** What a coverage is built with. */
export interface CoverageContext extends Pick<DatasourceContext, 'warn' | 'openDatabase'> {
  /** An absolute file name: what is relative is so to the configuration (row CFG-10). */
  readonly resolvePath: (path: string) => string;
}

/**
 * Reads and builds a coverage (section 5 of the behaviour rows). The library for polygons is only loaded for those that
 * are no rectangles.
 *
 * @throws ConfigError for options that do not go together and files that cannot be read; EmptyCoverageError
 */
export async function buildCoverage(options: CoverageOptions, context: CoverageContext): Promise<Coverage> {
  const clip = options.clip ?? false;
  const { union, intersection, difference } = options;
  if (union !== undefined) return combine('unite', union, clip, context);
  if (intersection !== undefined) return combine('intersect', intersection, clip, context);
  if (difference !== undefined) return combine('subtract', difference, clip, context);
  const rectangle = rectangleOf(options);
  if (rectangle !== undefined) return new BboxCoverage(rectangle.bbox, rectangle.srs, clip);
  const { polygons, srs, simplifies } = await readPolygons(options, context);
  const { coverageOfPolygons } = await import('./combine.ts');
  return coverageOfPolygons(polygons, { srs, clip, simplifies });
}

async function combine(
  operation: 'unite' | 'intersect' | 'subtract',
  parts: readonly CoverageOptions[],
  clip: boolean,
  context: CoverageContext,
): Promise<Coverage> {
  const built: Coverage[] = [];
  for (const part of parts) built.push(await buildCoverage(part, context));
  return (await import('./combine.ts')).combineCoverages(operation, built, clip);
}

/** A bbox by either of its names (row COV-01). */
function rectangleOf(options: CoverageOptions): { readonly bbox: Bbox; readonly srs: Srs } | undefined {
  const { ogr_datasource: ogr, polygons, datasource } = options;
  if (ogr !== undefined || polygons !== undefined) return undefined;
  if (options.bbox !== undefined) return { bbox: options.bbox, srs: needSrs('srs', options.bbox_srs ?? options.srs) };
  if (datasource === undefined || typeof datasource === 'string') return undefined;
  return { bbox: datasource, srs: needSrs('srs', options.srs) };
}

interface ReadPolygons {
  readonly polygons: readonly Polygon[];
  readonly srs: Srs;
  /** Row COV-08; tiles are as simple as they can be. */
  readonly simplifies: boolean;
}

async function readPolygons(options: CoverageOptions, context: CoverageContext): Promise<ReadPolygons> {
  const { ogr_datasource: ogr, polygons, datasource, expire_tiles: tiles } = options;
  const read = (name: string) => ({ ...context, name });
  if (ogr !== undefined) {
    const srs = needSrs('ogr_srs', options.ogr_srs);
    return { polygons: await readDatasource(ogr, options.ogr_where, context), srs, simplifies: true };
  }
  if (polygons !== undefined) {
    const srs = needSrs('polygons_srs', options.polygons_srs);
    const files = polygons.map((file) => reading(file, polygonsOfWktFile(context.resolvePath(file), read(file))));
    return { polygons: (await Promise.all(files)).flat(), srs, simplifies: true };
  }
  if (typeof datasource === 'string') {
    const srs = needSrs('srs', options.srs);
    return { polygons: await readDatasource(datasource, options.where, context), srs, simplifies: true };
  }
  if (tiles === undefined) throw new ConfigError('a coverage names no area');
  const { polygonsOfExpireTiles } = await import('./read/expire-tiles.ts');
  const listed = await reading(tiles, polygonsOfExpireTiles(context.resolvePath(tiles), read(tiles)));
  return { polygons: listed, srs: srsByCode('EPSG:3857'), simplifies: false };
}

function readDatasource(name: string, where: string | undefined, context: CoverageContext): Promise<Polygon[]> {
  if (isConnection(name)) return refuseConnection(name);
  return reading(name, polygonsOfFile(context.resolvePath(name), where, { ...context, name }));
}

/** What the file system says becomes an error about the configuration that names the file. */
async function reading<Result>(name: string, result: Promise<Result>): Promise<Result> {
  try {
    return await result;
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause)) throw cause;
    throw new ConfigError(`${name} cannot be read: ${cause.message}`, undefined, { cause });
  }
}

function needSrs(key: string, code: string | undefined): Srs {
  if (code === undefined) throw new ConfigError(`'${key}' is missing`);
  return srsByCode(code);
}

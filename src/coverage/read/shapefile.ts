import { readFile } from 'node:fs/promises';
import getShapefile from 'shpjs';
import { ConfigError } from '../../http/errors.ts';
import type { Polygon } from '../contract.ts';
import { compileWhere } from '../where/compile.ts';
import { polygonsOf, type ReadContext } from './polygons.ts';

/**
 * Polygons of a shapefile, in its own coordinates (row COV-04).
 *
 * @param file name of the .shp; .dbf and .cpg are looked for beside it
 * @throws ConfigError for what cannot be read
 */
export async function polygonsOfShapefile(
  file: string,
  where: string | undefined,
  context: ReadContext,
): Promise<Polygon[]> {
  const isWanted = compileWhere(where);
  const dbf = await readSibling(file, 'dbf');
  const cpg = (await readSibling(file, 'cpg'))?.toString('latin1').trim();
  if (where !== undefined && dbf === undefined) throw new ConfigError(`where needs a .dbf file beside ${file}`);
  const parts = { shp: await readFile(file), ...(dbf && { dbf }), ...(cpg && { cpg }) };
  const { features } = await getShapefile(parts).catch((cause: unknown) => {
    throw new ConfigError(`${context.name} is not a shapefile`, undefined, { cause });
  });
  return features
    .filter(({ properties }) => isWanted(properties))
    .flatMap(({ geometry }) => (geometry === null ? [] : polygonsOf(geometry, context)));
}

async function readSibling(file: string, ending: string): Promise<Buffer | undefined> {
  const base = file.replace(/\.shp$/i, '');
  for (const name of [`${base}.${ending}`, `${base}.${ending.toUpperCase()}`]) {
    try {
      return await readFile(name);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  }
  return undefined;
}

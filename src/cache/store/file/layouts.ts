import { arcgisPath, mpPath, quadkey, reverseTmsPath, tcPath, tmsPath } from '../../../grid/tile-paths.ts';
import type { TileCoord } from '../../../grid/types.ts';

/** How the files of a cache are laid out in directories. */
export interface Layout {
  readonly path: (coord: TileCoord) => string;
  /** False: has no place for dimensions; refused rather than mixed up (rows CCH-06, CCH-07). */
  readonly dimensions: boolean;
}

/** Rows CCH-02 to CCH-07. */
export const LAYOUTS = {
  tc: { path: tcPath, dimensions: true },
  mp: { path: mpPath, dimensions: true },
  tms: { path: tmsPath, dimensions: true },
  reverse_tms: { path: reverseTmsPath, dimensions: true },
  quadkey: { path: quadkey, dimensions: false },
  arcgis: { path: arcgisPath, dimensions: false },
} satisfies Record<string, Layout>;

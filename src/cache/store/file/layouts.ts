import { arcgisPath, mpPath, quadkey, reverseTmsPath, tcPath, tmsPath } from '../../../grid/tile-paths.ts';
import type { TileCoord } from '../../../grid/types.ts';

/** How the files of a cache are laid out in directories. Paths are relative, without extension. */
export interface Layout {
  readonly path: (coord: TileCoord) => string;
  /** False: has no place for dimensions; refused rather than mixed up (rows CCH-06, CCH-07). */
  readonly dimensions: boolean;
  readonly levels:
    | { readonly kind: 'directories'; readonly directory: (level: number) => string }
    /** Tiles of all levels are beside each other: the level is read from the path of a tile. */
    | { readonly kind: 'mixed'; readonly levelOf: (path: string) => number };
}

const padded = (level: number) => String(level).padStart(2, '0');

/**
 * Rows CCH-02 to CCH-07. MapProxy looks for a level of `tms` in a directory with two digits, where no tile is (row
 * CCH-04).
 */
export const LAYOUTS = {
  tc: { path: tcPath, dimensions: true, levels: { kind: 'directories', directory: padded } },
  mp: { path: mpPath, dimensions: true, levels: { kind: 'directories', directory: padded } },
  tms: { path: tmsPath, dimensions: true, levels: { kind: 'directories', directory: String } },
  reverse_tms: {
    path: reverseTmsPath,
    dimensions: true,
    levels: { kind: 'mixed', levelOf: (path) => Number(path.slice(path.lastIndexOf('/') + 1)) },
  },
  quadkey: { path: quadkey, dimensions: false, levels: { kind: 'mixed', levelOf: ({ length }) => length } },
  arcgis: {
    path: arcgisPath,
    dimensions: false,
    levels: { kind: 'directories', directory: (level) => `L${padded(level)}` },
  },
} satisfies Record<string, Layout>;

import type { TileGrid } from '../grid/tile-grid.ts';
import type { TileCoord } from '../grid/types.ts';
import { encodeImage } from '../image/encode.ts';
import type { ImageSettings } from '../image/options.ts';
import { resample } from '../image/resample.ts';
import { drawMosaic } from './mosaic.ts';

/** Making up for tiles that no source delivers with those of other levels (row TILE-15). */
export interface RescaleRule {
  /** -1: scales up tiles of coarser levels (`upscale_tiles`); 1: scales down those of finer ones. */
  readonly step: -1 | 1;
  /** How many levels away is looked. */
  readonly levels: number;
  /** Whether they are stored (row TILE-16). */
  readonly keeps: boolean;
}

interface Body {
  readonly body: Buffer;
}

/**
 * A tile drawn from those of the next level, `step` away. Null: there are none, or none that can be read.
 *
 * @param load gives a tile of that level
 */
export async function rescaledTile(
  grid: TileGrid,
  coord: TileCoord,
  step: RescaleRule['step'],
  image: ImageSettings,
  load: (coord: TileCoord) => Promise<Body | null>,
): Promise<Buffer | null> {
  const level = coord[2] + step;
  if (level < 0 || level >= grid.levels) return null;
  const bbox = grid.tileBbox(coord);
  const affected = grid.affectedLevelTiles(bbox, level);
  const wanted = [...affected.tiles()];
  const tiles = await Promise.all(wanted.map((one) => (one === null ? null : load(one))));
  if (tiles.every((tile) => tile === null)) return null;
  const { raster, found } = await drawMosaic(grid, affected.size, tiles, async () => {});
  if (found === 0) return null;
  const scaled = await resample(raster, affected.bbox, bbox, grid.tileSize, image.resampling);
  return (await encodeImage(scaled, image)).body;
}

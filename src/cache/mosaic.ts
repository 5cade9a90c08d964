import type { TileGrid } from '../grid/tile-grid.ts';
import type { Size } from '../grid/types.ts';
import { blankRaster, decodeInto, type Raster } from '../image/raster.ts';
import { mapLimited } from './limited.ts';

/** Tiles decoded at a time: enough to keep the library's threads busy, few enough for the memory. */
const DECODED_AT_ONCE = 16;

/** Tiles put together. */
export interface Mosaic {
  readonly raster: Raster;
  /** Tiles that could not be read; their places stay transparent. */
  readonly broken: number;
  /** Places with a tile. */
  readonly found: number;
}

/**
 * Decodes tiles and puts them beside each other.
 *
 * @param tiles row by row from the top, as many as `size` has places; null stays transparent
 * @param onBroken is told of each tile that cannot be decoded, by its place
 */
export async function drawMosaic(
  grid: TileGrid,
  [columns, rows]: Size,
  tiles: readonly ({ readonly body: Buffer } | null)[],
  onBroken: (index: number, error: unknown) => Promise<void>,
): Promise<Mosaic> {
  const [width, height] = grid.tileSize;
  const raster = blankRaster([columns * width, rows * height]);
  let [found, broken, opaque] = [0, 0, true];
  await mapLimited([...tiles.entries()], DECODED_AT_ONCE, async ([index, tile]) => {
    if (tile === null) {
      opaque = false;
      return;
    }
    try {
      const [x, y] = [(index % columns) * width, Math.floor(index / columns) * height];
      const placed = await decodeInto(raster, tile.body, x, y);
      found++;
      opaque &&= placed.opaque && placed.width >= width && placed.height >= height;
    } catch (error) {
      opaque = false;
      broken++;
      await onBroken(index, error);
    }
  });
  return { raster: { ...raster, opaque }, found, broken };
}

import { mapTileCreator, type TileCreator, tiledTileCreator } from '../../cache/creator.ts';
import type { TileGrid } from '../../grid/tile-grid.ts';
import { ConfigError } from '../../http/errors.ts';
import type { BandSource } from '../../image/band-merge.ts';
import type { ImageSettings } from '../../image/options.ts';
import type { Watermark } from '../../image/watermark.ts';
import type { MapSource, Source, TiledSource } from '../../source/contract.ts';

interface CreatorParts {
  readonly grid: TileGrid;
  readonly sources: readonly Source[];
  readonly bands: readonly BandSource[] | undefined;
  readonly image: ImageSettings;
  readonly requestFormat: string;
  readonly watermark: Watermark | undefined;
  readonly concurrency: number;
}

/** @throws ConfigError for sources that do not fit the cache or each other (rows TILE-08, SRC-51) */
export function creatorFor({ sources, ...rest }: CreatorParts): TileCreator | undefined {
  if (sources.length === 0) return undefined;
  const maps = sources.filter((source): source is MapSource => source.kind === 'map');
  if (maps.length === sources.length) return mapTileCreator({ ...rest, sources: maps });
  const tiled = sources.filter((source): source is TiledSource => source.kind === 'tiles');
  if (tiled.length < sources.length) {
    throw new ConfigError('meta tiling configured but not supported by all sources');
  }
  for (const source of tiled) checkTiledSource(rest.grid, source);
  return tiledTileCreator({ ...rest, sources: tiled });
}

function checkTiledSource(grid: TileGrid, source: TiledSource): void {
  if (grid.tileSize[0] !== source.grid.tileSize[0] || grid.tileSize[1] !== source.grid.tileSize[1]) {
    throw new ConfigError(`tile size of cache and tile source do not match (source "${source.name}")`);
  }
  if (!grid.srs.equals(source.grid.srs)) {
    throw new ConfigError(`SRS of cache and tile source do not match (source "${source.name}")`);
  }
}

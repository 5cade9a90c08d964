import type { Bbox } from '../../grid/types.ts';
import type { MapLayer } from '../../layer/contract.ts';
import { transformed } from '../geographic-bbox.ts';
import { tileMapUrl } from '../tms/documents.ts';
import type { TileMap } from '../tms/tile-map.ts';
import type { WmsSettings } from '../wms/options.ts';
import { mapSrs } from './choices.ts';
import type { Site, SiteLayer } from './site.ts';

/** Pixels of the pictures on the overview. */
export const THUMBNAIL_SIZE = [480, 270] as const;

/** Where a small picture of a layer comes from, relative to the page; undefined: no service can draw one. */
export function thumbnailUrl(site: Site, layer: SiteLayer): string | undefined {
  const [tileMap] = layer.tileMaps;
  if (layer.map !== undefined && site.wms !== undefined) return mapUrl(layer.map, layer.name, site.wms.settings);
  return tileMap === undefined ? undefined : tileUrl(tileMap);
}

function mapUrl(map: MapLayer, name: string, settings: WmsSettings): string | undefined {
  for (const srs of mapSrs(map, settings)) {
    const extent = transformed(map.extent.bbox, map.extent.srs, srs);
    if (extent === undefined) continue;
    const parameters = new URLSearchParams({
      SERVICE: 'WMS',
      REQUEST: 'GetMap',
      VERSION: '1.1.1',
      LAYERS: name,
      STYLES: '',
      SRS: srs.code,
      BBOX: filling(extent).join(','),
      WIDTH: String(THUMBNAIL_SIZE[0]),
      HEIGHT: String(THUMBNAIL_SIZE[1]),
      FORMAT: 'image/png',
      TRANSPARENT: 'true',
    });
    return `../service?${parameters}`;
  }
  return undefined;
}

/** The middle of an extent in the shape of the picture: nothing is stretched, and no edge is empty. */
function filling([west, south, east, north]: Bbox): Bbox {
  const shape = THUMBNAIL_SIZE[0] / THUMBNAIL_SIZE[1];
  const [width, height] = [east - west, north - south];
  const half = width / height > shape ? [(height * shape) / 2, height / 2] : [width / 2, width / shape / 2];
  const [dx = 0, dy = 0] = half;
  const [x, y] = [(west + east) / 2, (south + north) / 2];
  return [x - dx, y - dy, x + dx, y + dy];
}

/** The tile in the middle of the extent, at the first level where it is no wider than that. */
function tileUrl(tileMap: TileMap): string | undefined {
  const { grid, extent } = tileMap.tileSet;
  const levels = tileMap.levels();
  const fits = levels.find(({ unitsPerPixel }) => unitsPerPixel * grid.tileSize[0] <= extent[2] - extent[0]);
  const chosen = fits ?? levels.at(-1);
  if (chosen === undefined) return undefined;
  const own = grid.tileCoordAt([(extent[0] + extent[2]) / 2, (extent[1] + extent[3]) / 2], chosen.level);
  const [x, y] = grid.origin === 'sw' ? own : grid.flip(own);
  return `${tileMapUrl(tileMap, '../tms')}/${chosen.order}/${x}/${y}.${tileMap.extension ?? 'png'}`;
}

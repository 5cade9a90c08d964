import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { mapPicture, overlayPicture, type Picture } from '../pixels/pictures.ts';

/** The level that has tiles; 38 m for each pixel. */
export const LEVEL = 12;

/** Tiles along a side of the area that has tiles, and the lower left one, in the middle of Germany. */
export const SIDE = 8;
const FIRST = [2150, 2720] as const;

export const TILE = 256;

const ORIGIN = -20037508.342789244;
export const RESOLUTION = (-2 * ORIGIN) / TILE / 2 ** LEVEL;

/** West and north of the area with tiles, in EPSG:3857. */
export const CORNER = [ORIGIN + FIRST[0] * TILE * RESOLUTION, ORIGIN + (FIRST[1] + SIDE) * TILE * RESOLUTION] as const;

/** Cached content: a map in a palette and in JPEG, and an overlay with translucent edges. */
export const LAYERS = ['map', 'overlay', 'photo'] as const;
export type LayerName = (typeof LAYERS)[number];

/** What all candidates serve. */
export interface MapSite {
  readonly folder: string;
  /** What the tiles of each layer show when they are decoded: `SIDE * TILE` pixels each way, RGBA. */
  readonly decoded: Readonly<Record<LayerName, Buffer>>;
  /** mapproxy.yaml of a server; metatiles are kept in a folder of its own. */
  configuration(name: string, options: ServerOptions): string;
}

export interface ServerOptions {
  /** Whether PNGs have a palette (MapProxy's default) or true colour with alpha. */
  readonly paletted: boolean;
  /** Port of the map server that meta tiles come from. */
  readonly sourcePort: number;
}

/** Draws the pictures and lays their tiles out in `folder`. */
export async function layMaps(folder: string): Promise<MapSite> {
  const size = SIDE * TILE;
  const [map, overlay] = [await mapPicture(size), await overlayPicture(size)];
  const paletted = (tile: Sharp) => tile.png({ palette: true, effort: 4, dither: 0 });
  const decoded = {
    map: await layTiles(map, join(folder, 'map'), 'png', paletted),
    overlay: await layTiles(overlay, join(folder, 'overlay'), 'png', paletted),
    photo: await layTiles(map, join(folder, 'photo'), 'jpeg', (tile) => tile.jpeg({ quality: 90 })),
  };
  return { folder, decoded, configuration: (name, options) => writeConfiguration(folder, name, options) };
}

/** @returns what the tiles show when they are decoded */
async function layTiles(
  picture: Picture,
  folder: string,
  extension: string,
  encode: (tile: Sharp) => Sharp,
): Promise<Buffer> {
  const { data, width, height, channels } = picture;
  const whole = Buffer.alloc(data.length);
  for (let column = 0; column < SIDE; column++) {
    for (let row = 0; row < SIDE; row++) {
      const place = { left: column * TILE, top: row * TILE, width: TILE, height: TILE };
      const tile = await encode(sharp(data, { raw: { width, height, channels } }).extract(place)).toBuffer();
      const y = FIRST[1] + SIDE - 1 - row;
      const file = join(folder, String(LEVEL), String(FIRST[0] + column), `${y}.${extension}`);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, tile);
      const pixels = await sharp(tile).ensureAlpha().raw().toBuffer();
      for (let line = 0; line < TILE; line++) {
        const at = ((row * TILE + line) * width + column * TILE) * channels;
        pixels.copy(whole, at, line * TILE * channels, (line + 1) * TILE * channels);
      }
    }
  }
  return whole;
}

function writeConfiguration(folder: string, name: string, { paletted, sourcePort }: ServerOptions): string {
  const file = join(folder, `${name}.yaml`);
  const cache = (layer: string, format: string) => ({
    grids: ['webmercator'],
    sources: [],
    format,
    cache: { type: 'file', directory: join(folder, layer), directory_layout: 'tms' },
  });
  const made = (kind: string) => ({
    grids: ['webmercator'],
    sources: ['remote'],
    format: `image/${kind}`,
    meta_size: [4, 4],
    meta_buffer: 0,
    cache: { type: 'file', directory: join(folder, name, kind), directory_layout: 'tms' },
  });
  const layers = [...LAYERS, 'made_png', 'made_jpeg'];
  writeFileSync(
    file,
    JSON.stringify({
      globals: { image: { paletted }, cache: { base_dir: join(folder, name), lock_dir: join(folder, name, 'locks') } },
      services: {
        wms: { srs: ['EPSG:3857', 'EPSG:4326', 'EPSG:25832'], image_formats: ['image/png', 'image/jpeg'] },
        tms: { use_grid_names: true },
      },
      layers: layers.map((layer) => ({ name: layer, title: layer, sources: [`${layer}_cache`] })),
      sources: { remote: { type: 'wms', req: { url: `http://127.0.0.1:${sourcePort}/`, layers: 'map' } } },
      caches: {
        map_cache: cache('map', 'image/png'),
        overlay_cache: cache('overlay', 'image/png'),
        photo_cache: cache('photo', 'image/jpeg'),
        made_png_cache: made('png'),
        made_jpeg_cache: made('jpeg'),
      },
      grids: { webmercator: { base: 'GLOBAL_MERCATOR', srs: 'EPSG:3857', origin: 'sw', num_levels: 19 } },
    }),
  );
  return file;
}

import { proj4 } from './projections.ts';
import { CORNER, type LayerName, RESOLUTION, SIDE, TILE } from './site.ts';

export const SIZE = 512;

/** One GetMap request. */
export interface MapRequest {
  readonly srs: string;
  readonly bbox: readonly [number, number, number, number];
  readonly path: string;
}

/** What is asked of the candidates in turn. */
export interface MapRow {
  readonly title: string;
  readonly layer: LayerName;
  readonly paletted: boolean;
  /** No two alike. */
  readonly requests: readonly MapRequest[];
}

const REQUESTS = 500;

/** The fractional parts of the golden ratio's multiples fill an interval evenly, in no order. */
const GOLDEN = 0.618033988749895;

/** A format of the answer, with the layer and kind of PNG that it is asked of. */
const FORMATS = [
  { title: 'PNG, 256 colours', layer: 'map', format: 'image/png', paletted: true },
  { title: 'PNG, true colour', layer: 'map', format: 'image/png', paletted: false },
  { title: 'PNG with alpha', layer: 'overlay', format: 'image/png', paletted: false },
  { title: 'JPEG', layer: 'map', format: 'image/jpeg', paletted: true },
  { title: 'JPEG of JPEG tiles', layer: 'photo', format: 'image/jpeg', paletted: true },
] as const;

export function mapRows(): MapRow[] {
  return ['EPSG:3857', 'EPSG:25832', 'EPSG:4326'].flatMap((srs) =>
    FORMATS.map(({ title, layer, format, paletted }) => ({
      title: `${srs}, ${title}`,
      layer,
      paletted,
      requests: Array.from({ length: REQUESTS }, (_, index) => request(index, srs, layer, format)),
    })),
  );
}

/** Maps of 0.95 to 1.1 times the tiles' resolution, anywhere in the area that has tiles. */
function request(index: number, srs: string, layer: string, format: string): MapRequest {
  const part = (seed: number) => (seed + index * GOLDEN * (seed + 1)) % 1;
  const half = (SIZE / 2) * RESOLUTION * (0.95 + 0.15 * part(0.3));
  const room = SIDE * TILE * RESOLUTION - 4 * half;
  const x = CORNER[0] + 2 * half + room * part(0.1);
  const y = CORNER[1] - 2 * half - room * part(0.7);
  const bbox = bboxAround(srs, x, y, half);
  const isTransparent = layer === 'overlay';
  return {
    srs,
    bbox,
    path: `/service?SERVICE=WMS&VERSION=1.1.1&REQUEST=GetMap&LAYERS=${layer}&STYLES=&SRS=${srs}&BBOX=${bbox.join()}&WIDTH=${SIZE}&HEIGHT=${SIZE}&FORMAT=${format}&TRANSPARENT=${isTransparent}`,
  };
}

function bboxAround(srs: string, x: number, y: number, half: number): MapRequest['bbox'] {
  if (srs === 'EPSG:3857') return [x - half, y - half, x + half, y + half];
  const convert = proj4('EPSG:3857', srs);
  const [west = 0, south = 0] = convert.forward([x - half, y - half]);
  const [east = 0, north = 0] = convert.forward([x + half, y + half]);
  if (srs === 'EPSG:4326') return [west, south, east, north];
  // Square in a projected system.
  const [middleX, middleY, reach] = [(west + east) / 2, (south + north) / 2, (east - west + north - south) / 4];
  return [middleX - reach, middleY - reach, middleX + reach, middleY + reach];
}

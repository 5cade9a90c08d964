import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mapPicture } from '../pixels/pictures.ts';
import { type ExactPixels, exactly, type Pixels } from './reference.ts';
import { TILE } from './site.ts';

/** Tiles of one cache that are not there yet: each request has the map server's picture of 4 x 4 tiles made into tiles. */
export interface MadeRow {
  readonly title: string;
  readonly kind: 'png' | 'jpeg';
}

export function madeRows(): MadeRow[] {
  return [
    { title: 'meta tile 4 x 4, PNG, 256 colours', kind: 'png' },
    { title: 'meta tile 4 x 4, JPEG', kind: 'jpeg' },
  ];
}

const META = 4;
/** A level with more meta tiles than are ever made. */
const MADE_LEVEL = 12;
const META_COLUMNS = 2 ** MADE_LEVEL / META;
const TILES_A_ROUND = 3000;

/** Paths of tiles, each of another meta tile. */
export function madeTiles({ kind }: MadeRow) {
  let count = 0;
  // The profile of a world-wide Mercator grid leaves its first level out (row TMS-05).
  const pathOf = (x: number, y: number) => `/tms/1.0.0/made_${kind}/webmercator/${MADE_LEVEL - 1}/${x}/${y}.${kind}`;
  const nextMeta = () => {
    const at = count++;
    return [(at % META_COLUMNS) * META, Math.floor(at / META_COLUMNS) * META] as const;
  };
  return {
    /** Tiles of the first meta tile, with what the map server has there. */
    async first(): Promise<{ path: string; exact: ExactPixels }[]> {
      const [left, bottom] = nextMeta();
      const picture = await mapPicture(META * TILE);
      const places = Array.from(
        { length: META * META },
        (_, index) => [index % META, Math.floor(index / META)] as const,
      );
      return places.map(([column, row]) => ({
        path: pathOf(left + column, bottom + META - 1 - row),
        exact: exactly(cut(picture, column * TILE, row * TILE)),
      }));
    },
    next: () => Array.from({ length: TILES_A_ROUND }, () => pathOf(...nextMeta())),
  };
}

function cut({ data, width }: Pixels, left: number, top: number): Pixels {
  const tile = new Uint8Array(TILE * TILE * 4);
  for (let row = 0; row < TILE; row++) {
    const at = ((top + row) * width + left) * 4;
    tile.set(data.subarray(at, at + TILE * 4), row * TILE * 4);
  }
  return { data: tile, width: TILE, height: TILE };
}

/** The map server that meta tiles come from. */
export async function startSource(): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const file = new URL('source.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['--import', 'tsx', file], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data');
  return {
    port: Number(String(line)),
    async stop() {
      const exit = once(child, 'exit');
      if (child.exitCode === null && child.kill('SIGTERM')) await exit;
    },
  };
}

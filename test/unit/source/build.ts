import type { TestContext } from 'node:test';
import { createGrid } from '../../../src/grid/create-grid.ts';
import type { TileGrid } from '../../../src/grid/tile-grid.ts';
import { globalImageOptions, imageSettings } from '../../../src/image/options.ts';
import type { SourceContext } from '../../../src/source/contract.ts';
import { HttpPool } from '../../../src/source/http/pool.ts';
import { srsByCode } from '../../../src/srs/srs.ts';
import { type AnswerUpstream, MapServer } from '../../support/map-server.ts';

export const mercator: TileGrid = createGrid({
  name: 'GLOBAL_MERCATOR',
  srs: srsByCode('EPSG:900913'),
  origin: 'sw',
  tileSize: [256, 256],
  resFactor: 2,
  stretchFactor: 1.15,
  maxShrinkFactor: 4,
});

/** What sources under test are built with. */
export function sourceContext(
  pool: HttpPool,
  warnings: string[] = [],
  more: Partial<SourceContext> = {},
): SourceContext {
  const images = globalImageOptions.parse({});
  return {
    name: 'test',
    grid: () => mercator,
    image: (format, own) => imageSettings(images, format, own),
    http: (urls, own) => pool.client(urls, own),
    resolvePath: (path) => path,
    coverage: undefined,
    preferredSrs: (target, offered) => offered.find((srs) => srs.equals(target)) ?? offered[0] ?? target,
    transparentColorTolerance: 5,
    stylesheet: undefined,
    mapserver: undefined,
    warn: (message) => warnings.push(message),
    ...more,
  };
}

/** A map server on the loopback interface and connections to it; both are gone after the test. */
export async function startUpstream(
  test: TestContext,
  answer?: AnswerUpstream,
): Promise<{ server: MapServer; pool: HttpPool }> {
  const server = await MapServer.start(answer);
  const pool = new HttpPool();
  test.after(async () => {
    await pool.close();
    await server.stop();
  });
  return { server, pool };
}

/** The parameters of the last request, by upper-case name. */
export function lastQuery({ requests }: MapServer): Record<string, string> {
  const { url = '', body = '' } = requests.at(-1) ?? {};
  const query = new URLSearchParams(body === '' ? url.slice(url.indexOf('?') + 1) : body);
  return Object.fromEntries([...query].map(([name, value]) => [name.toUpperCase(), value]));
}

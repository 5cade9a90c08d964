import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from '../../support/debian.ts';
import * as servers from '../map-servers.ts';
import type { Coordinate, TileSite } from './content.ts';

/** A map server, and what is asked of it. */
export interface TileServer extends servers.MapServer {
  /** What to ask it for. */
  readonly paths: readonly {
    readonly title: string;
    readonly path: (coordinate: Coordinate) => string;
    /** Whether it can keep connections. */
    readonly canKeep: boolean;
  }[];
}

const MAPCACHE = '/usr/lib/cgi-bin/mapcache';

/** Debian packages that are not there. */
export function missingPackages(): string[] {
  const names = servers.missingPackages();
  if (findProgram('spawn-fcgi') === undefined) names.push('spawn-fcgi');
  if (!existsSync(MAPCACHE)) names.push('mapcache-cgi');
  return names;
}

/** MapCache's FastCGI program. */
export async function mapcache(site: TileSite): Promise<TileServer> {
  const configuration = join(site.folder, 'mapcache.xml');
  writeFileSync(
    configuration,
    `<mapcache>
  <cache name="files" type="disk" layout="template"><template>${site.tiles}/{z}/{x}/{y}.png</template></cache>
  <format name="png" type="PNG"/>
  <tileset name="world"><cache>files</cache><grid>g</grid><format>png</format></tileset>
  <service type="tms" enabled="true"/>
  <lock_dir>${site.folder}</lock_dir>
  <log_level>error</log_level>
</mapcache>
`,
  );
  const socket = join(site.folder, 'mapcache.sock');
  const child = spawn('spawn-fcgi', ['-n', '-s', socket, '--', MAPCACHE], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, MAPCACHE_CONFIG_FILE: configuration },
  });
  await servers.waitFor(() => existsSync(socket));
  const started = servers.serverOf(child, { name: 'mapcache', pid: child.pid ?? 0, socket, protocol: 'fastcgi' });
  return {
    ...started,
    paths: [{ title: 'MapCache', path: ([x, y, z]) => `/tms/1.0.0/world@g/${z}/${x}/${y}.png`, canKeep: true }],
  };
}

/** MapProxy under uWSGI, one process. */
export async function mapproxy(site: TileSite): Promise<TileServer> {
  const { folder } = site;
  const started = await servers.startMapProxy({ name: 'mapproxy', folder, configuration: configurationOf(site) });
  return { ...started, paths: [{ title: 'MapProxy (uWSGI)', path: tmsPath('files'), canKeep: false }] };
}

/** Mapgate with one worker; tiles asked for again come from its memory. */
export const mapgate = (site: TileSite): Promise<TileServer> => startMapgate(site, 'mapgate', 'Mapgate', {});

/** Mapgate with one worker that reads every tile from its store. */
export const mapgateWithoutMemory = (site: TileSite): Promise<TileServer> =>
  startMapgate(site, 'mapgate-cold', 'Mapgate, no memory', { globals: { cache: { tile_memory: 0 } } });

async function startMapgate(site: TileSite, name: string, title: string, more: object): Promise<TileServer> {
  const configuration = configurationOf(site, `${name}.yaml`, more);
  return {
    ...(await servers.startMapgate({ name, folder: site.folder, configuration })),
    paths: [
      { title, path: tmsPath('files'), canKeep: true },
      { title: `${title} (MBTiles)`, path: tmsPath('mbtiles'), canKeep: true },
    ],
  };
}

/** The profile of a world-wide Mercator grid leaves its first level out (row TMS-05). */
function tmsPath(layer: string): (coordinate: Coordinate) => string {
  return ([x, y, z]) => `/tms/1.0.0/${layer}/webmercator/${z - 1}/${x}/${y}.png`;
}

/** The same file for MapProxy and Mapgate. */
function configurationOf(site: TileSite, name = 'mapproxy.yaml', more: object = {}): string {
  const file = join(site.folder, name);
  const cache = (options: object) => ({ grids: ['webmercator'], sources: [], format: 'image/png', cache: options });
  writeFileSync(
    file,
    JSON.stringify({
      ...more,
      services: { tms: { use_grid_names: true } },
      layers: ['files', 'mbtiles'].map((name) => ({ name, title: name, sources: [`${name}_cache`] })),
      caches: {
        files_cache: cache({ type: 'file', directory: site.tiles, directory_layout: 'tms' }),
        mbtiles_cache: cache({ type: 'mbtiles', filename: site.mbtiles }),
      },
      grids: { webmercator: { base: 'GLOBAL_MERCATOR', srs: 'EPSG:3857', origin: 'sw', num_levels: 6 } },
    }),
  );
  return file;
}

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findProgram } from '../../support/debian.ts';
import { childrenOf } from '../../support/processes.ts';
import type { Coordinate, TileSite } from './content.ts';

/** One map server process, as nginx reaches it. */
export interface MapServer {
  readonly name: string;
  /** Whose CPU time counts. */
  readonly pid: number;
  readonly socket: string;
  readonly protocol: 'fastcgi' | 'uwsgi';
  /** What to ask it for. */
  readonly paths: readonly {
    readonly title: string;
    readonly path: (coordinate: Coordinate) => string;
    /** Whether it can keep connections. */
    readonly canKeep: boolean;
  }[];
  stop(): Promise<void>;
}

const MAPCACHE = '/usr/lib/cgi-bin/mapcache';
const MAIN = new URL('../../../dist/cli/main.js', import.meta.url).pathname;
const START_MILLISECONDS = 15_000;

/** Debian packages that are not there. */
export function missingPackages(): string[] {
  const packages = { nginx: 'nginx-light', wrk: 'wrk', 'spawn-fcgi': 'spawn-fcgi', uwsgi: 'uwsgi-core' };
  const missing = Object.entries(packages).filter(([program]) => findProgram(program) === undefined);
  const names: string[] = missing.map(([, name]) => name);
  if (!existsSync(MAPCACHE)) names.push('mapcache-cgi');
  if (!existsSync('/usr/lib/uwsgi/plugins/python3_plugin.so')) names.push('uwsgi-plugin-python3');
  if (findProgram('mapproxy-util') === undefined) names.push('mapproxy');
  return names;
}

/** MapCache's FastCGI program. */
export async function mapcache(site: TileSite): Promise<MapServer> {
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
  await waitFor(() => existsSync(socket));
  return server(child, {
    name: 'mapcache',
    pid: child.pid ?? 0,
    socket,
    protocol: 'fastcgi',
    paths: [{ title: 'MapCache', path: ([x, y, z]) => `/tms/1.0.0/world@g/${z}/${x}/${y}.png`, canKeep: true }],
  });
}

/** MapProxy under uWSGI, one process. */
export async function mapproxy(site: TileSite): Promise<MapServer> {
  const configuration = mapproxyConfiguration(site);
  const script = join(site.folder, 'app.py');
  writeFileSync(
    script,
    `from mapproxy.wsgiapp import make_wsgi_app\napplication = make_wsgi_app(${JSON.stringify(configuration)})\n`,
  );
  const socket = join(site.folder, 'mapproxy.sock');
  const child = spawn(
    'uwsgi',
    [
      '--plugin',
      'python3',
      '--socket',
      socket,
      '--wsgi-file',
      script,
      '--processes',
      '1',
      '--disable-logging',
      '--need-app',
      '--die-on-term',
    ],
    { stdio: ['ignore', 'ignore', 'ignore'] },
  );
  await waitFor(() => existsSync(socket));
  return server(child, {
    name: 'mapproxy',
    pid: child.pid ?? 0,
    socket,
    protocol: 'uwsgi',
    paths: [{ title: 'MapProxy (uWSGI)', path: tmsPath('files'), canKeep: false }],
  });
}

/** Mapgate with one worker; tiles asked for again come from its memory. */
export const mapgate = (site: TileSite): Promise<MapServer> => startMapgate(site, 'mapgate', 'Mapgate', {});

/** Mapgate with one worker that reads every tile from its store. */
export const mapgateWithoutMemory = (site: TileSite): Promise<MapServer> =>
  startMapgate(site, 'mapgate-cold', 'Mapgate, no memory', { globals: { cache: { tile_memory: 0 } } });

async function startMapgate(site: TileSite, name: string, title: string, more: object): Promise<MapServer> {
  const socket = join(site.folder, `${name}.sock`);
  const configuration = mapproxyConfiguration(site, `${name}.yaml`, more);
  const child = spawn(process.execPath, [MAIN, 'serve', configuration, '--fastcgi', socket, '--workers', '1'], {
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  await waitFor(() => existsSync(socket) && childrenOf(child.pid ?? 0).length > 0);
  return server(child, {
    name,
    pid: childrenOf(child.pid ?? 0)[0] ?? 0,
    socket,
    protocol: 'fastcgi',
    paths: [
      { title, path: tmsPath('files'), canKeep: true },
      { title: `${title} (MBTiles)`, path: tmsPath('mbtiles'), canKeep: true },
    ],
  });
}

/** The profile of a world-wide Mercator grid leaves its first level out (row TMS-05). */
function tmsPath(layer: string): (coordinate: Coordinate) => string {
  return ([x, y, z]) => `/tms/1.0.0/${layer}/webmercator/${z - 1}/${x}/${y}.png`;
}

/** The same file for MapProxy and Mapgate. */
function mapproxyConfiguration(site: TileSite, name = 'mapproxy.yaml', more: object = {}): string {
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

function server(child: ChildProcess, what: Omit<MapServer, 'stop'>): MapServer {
  return {
    ...what,
    async stop() {
      const exit = new Promise((resolve) => child.once('exit', resolve));
      if (child.exitCode === null && child.kill('SIGTERM')) await exit;
    },
  };
}

async function waitFor(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + START_MILLISECONDS;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('a map server did not start');
    await sleep(20);
  }
}

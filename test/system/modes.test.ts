import assert from 'node:assert/strict';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { Sandbox } from '../front/sandbox.ts';
import { MapServer } from '../support/map-server.ts';
import { Mapgate } from '../support/mapgate.ts';
import { ask } from './operated.ts';

test('SEC-06: under umask 0, nothing that is made is wider than 0755 and 0644', async (t) => {
  const sandbox = new Sandbox(t);
  /** Modes of locks, which are there only while a tile is made. */
  const locks: string[] = [];
  const source = await MapServer.start(async () => {
    locks.push(...wide());
    return { status: 500 };
  });
  const drawing = await MapServer.start();
  for (const server of [source, drawing]) t.after(() => server.stop());
  const cache = (sources: string, options: object) => ({
    sources: [sources],
    grids: ['GLOBAL_MERCATOR'],
    meta_size: [1, 1],
    meta_buffer: 0,
    cache: options,
  });
  const wms = (url: string) => ({ type: 'wms', req: { url: `${url}/?`, layers: 'x' } });
  const configuration = {
    services: { tms: {} },
    layers: ['files', 'tables', 'failing'].map((name) => ({ name, title: name, sources: [name] })),
    caches: {
      files: cache('drawing', { type: 'file' }),
      tables: cache('drawing', { type: 'mbtiles' }),
      failing: cache('broken', { type: 'file' }),
    },
    sources: { drawing: wms(drawing.url), broken: wms(source.url) },
    globals: { cache: { base_dir: 'cache', tile_lock_dir: 'cache/locks' } },
  };
  writeFileSync(sandbox.path('map.yaml'), JSON.stringify(configuration));
  const deployment = {
    app: { mapproxy: 'map.yaml' },
    listen: [{ http: 'unix:run/http' }, { fastcgi: 'unix:run/fastcgi' }],
    admin: 'unix:admin/socket',
    pid_file: 'pid/file',
    log: { file: 'log/mapgate.log' },
    filters: [{ use: 'access-log', file: 'access/log' }],
    workers: 1,
  };
  writeFileSync(sandbox.path('mapgate.yaml'), JSON.stringify(deployment));
  const given = new Set(readdirSync(sandbox.folder));
  /** What was made and is too wide, and how wide. */
  function wide(): string[] {
    return readdirSync(sandbox.folder, { recursive: true, encoding: 'utf8' }).flatMap((name) => {
      if (given.has(name)) return [];
      const stats = statSync(sandbox.path(name), { throwIfNoEntry: false });
      const most = stats?.isFile() === true ? 0o644 : 0o755;
      return stats === undefined || (stats.mode & 0o777 & ~most) === 0
        ? []
        : [`${name} ${(stats.mode & 0o777).toString(8)}`];
    });
  }
  const mapgate = new Mapgate(t, ['serve'], { cwd: sandbox.folder, shell: 'umask 0' });
  const ready = async () =>
    (await ask({ socketPath: sandbox.path('admin/socket'), path: '/readyz' }).catch(() => undefined))?.status;
  while ((await ready()) !== 200) await new Promise((resolve) => setTimeout(resolve, 50));
  for (const name of ['files', 'tables', 'failing']) {
    await ask({ socketPath: sandbox.path('run/http'), path: `/tiles/${name}/EPSG900913/0/0/0.png` });
  }
  const made = readdirSync(sandbox.folder, { recursive: true, encoding: 'utf8' });
  for (const part of ['pid/file', 'log/mapgate.log', 'access/log', 'run/fastcgi', 'cache/locks'])
    assert.ok(made.includes(part), part);
  for (const ending of ['.png', '.mbtiles'])
    assert.ok(
      made.some((name) => name.endsWith(ending)),
      ending,
    );
  assert.equal(source.requests.length, 1);
  assert.deepEqual([...wide(), ...locks], []);
  mapgate.signal('SIGTERM');
  assert.equal(await mapgate.exited, 0);
});

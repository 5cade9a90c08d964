import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { type AppTarget, type OpenApplication, openApplication } from '../../../src/app/open.ts';
import { ConfigError } from '../../../src/http/errors.ts';
import { textResponse } from '../../../src/http/response.ts';
import { fakeRequest } from '../../support/fake-request.ts';

/** Opens what is named without reading it, and notes what was opened and closed. */
class Openers {
  readonly opened: string[] = [];
  readonly closed: string[] = [];
  readonly mapproxy = (file: string) => this.#open(file, new Set(['tms']));
  readonly module = (file: string) => this.#open(file, undefined);

  async #open(file: string, routes: ReadonlySet<string> | undefined): Promise<OpenApplication> {
    if (file.startsWith('broken')) throw new ConfigError('broken', { file });
    this.opened.push(file);
    return {
      application: ({ scriptName, pathInfo }) => textResponse(200, `${file} ${scriptName}|${pathInfo}`),
      routes,
      files: [file, `base of ${file}`],
      close: async () => void this.closed.push(file),
    };
  }
}

const mapproxy = (file: string): AppTarget => ({ kind: 'mapproxy', file });

async function textOf({ application }: OpenApplication, target: string): Promise<string> {
  const { status, body } = await application(fakeRequest(target));
  return `${status} ${body}`;
}

function moduleFile(t: TestContext, text: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'mapgate-open-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'module.mjs');
  writeFileSync(file, text);
  return file;
}

describe('openApplication', () => {
  it('opens several applications under their paths', async () => {
    const openers = new Openers();
    const mounts = [
      { path: '/osm', app: mapproxy('osm.yaml') },
      { path: '/', app: { kind: 'module', file: 'server.mjs' } as const },
    ];
    const opened = await openApplication({ kind: 'mounts', mounts }, openers);
    assert.equal(await textOf(opened, '/osm/tms'), '200 osm.yaml /osm|/tms');
    assert.equal(await textOf(opened, '/x'), '200 server.mjs |/x');
    assert.equal(opened.routes, undefined);
    assert.deepEqual(opened.files, ['osm.yaml', 'base of osm.yaml', 'server.mjs', 'base of server.mjs']);
    await opened.close();
    assert.deepEqual(openers.closed, ['server.mjs', 'osm.yaml']);
  });

  it('opens a mapproxy.yaml once, however often it is mounted', async () => {
    const openers = new Openers();
    const mounts = ['/a', '/b', '/b/c'].map((path) => ({ path, app: mapproxy('osm.yaml') }));
    const opened = await openApplication({ kind: 'mounts', mounts }, openers);
    assert.equal(await textOf(opened, '/b/c/x'), '200 osm.yaml /b/c|/x');
    await opened.close();
    assert.deepEqual([openers.opened, openers.closed], [['osm.yaml'], ['osm.yaml']]);
  });

  it('keeps the routes of an application within filters', async () => {
    const target: AppTarget = { kind: 'filtered', filters: [], app: mapproxy('osm.yaml') };
    assert.deepEqual((await openApplication(target, new Openers())).routes, new Set(['tms']));
  });

  it('lets the first filter be the outermost, a module with its options', async (t) => {
    const file = moduleFile(
      t,
      `export const filter = ({ mark }) => (app) => async (request) => {
        const response = await app(request);
        return response.withHeaders({ 'X-Marks': (response.headers['X-Marks'] ?? '') + mark });
      };`,
    );
    const marks = ['outer', 'inner'].map((mark) => ({ kind: 'module' as const, file, options: { mark: `${mark} ` } }));
    const target: AppTarget = { kind: 'filtered', filters: marks, app: mapproxy('osm.yaml') };
    const opened = await openApplication(target, new Openers());
    const { headers } = await opened.application(fakeRequest('/'));
    assert.equal(headers['X-Marks'], 'inner outer ');
    assert.ok(opened.files.includes(file));
  });

  it('closes what was opened when something cannot be', async () => {
    const openers = new Openers();
    const mounts = [mapproxy('a.yaml'), mapproxy('b.yaml'), mapproxy('broken.yaml')].map((app, index) => ({
      path: `/${index}`,
      app,
    }));
    await assert.rejects(openApplication({ kind: 'mounts', mounts }, openers), { message: 'broken.yaml: broken' });
    assert.deepEqual(openers.closed, ['b.yaml', 'a.yaml']);
  });

  const badModules: [string, string, RegExp][] = [
    ['exports no filter', 'export const other = 1;', /exports no function `filter`$/],
    ['returns no function', 'export const filter = () => 5;', /`filter` returns no function$/],
    ['cannot be loaded', 'throw new Error("own mistake");', /own mistake\n\s+at /],
  ];
  for (const [title, text, message] of badModules) {
    it(`refuses a filter module that ${title}, and closes the application`, async (t) => {
      const openers = new Openers();
      const filter = { kind: 'module' as const, file: moduleFile(t, text), options: {} };
      const target: AppTarget = { kind: 'filtered', filters: [filter], app: mapproxy('osm.yaml') };
      await assert.rejects(openApplication(target, openers), { name: 'ConfigError', message });
      assert.deepEqual(openers.closed, ['osm.yaml']);
    });
  }

  it('hands projects to the same opener', async (t) => {
    const folder = path.dirname(moduleFile(t, ''));
    writeFileSync(path.join(folder, 'osm.yaml'), '');
    const openers = new Openers();
    const target: AppTarget = { kind: 'projects', directory: folder, allowListing: false, limit: 1 };
    const opened = await openApplication(target, openers);
    assert.match(await textOf(opened, '/osm/x'), /^200 .*osm\.yaml \/osm\|\/x$/);
    await opened.close();
    assert.deepEqual(openers.closed, [path.join(folder, 'osm.yaml')]);
  });
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it, type TestContext } from 'node:test';
import { type Browser, chromium, type Page } from 'playwright-core';
import { openMapProxy } from '../../src/app/load.ts';
import { mountApplications } from '../../src/app/mounts.ts';
import { httpServer } from '../../src/gateway/http.ts';
import type { Application } from '../../src/http/application.ts';
import { findProgram, requirePrograms } from '../support/debian.ts';
import { solidPng } from '../support/map-server.ts';
import { LOW_CONTRASTS } from './low-contrasts.ts';

/** Maps that say of themselves where they are: no file and no network is needed. */
const CONFIGURATION = `
services:
  demo:
  tms:
  wmts:
  wms:
    srs: ['EPSG:3857', 'EPSG:4326', 'EPSG:25832']
    md: {title: 'City <maps>'}
layers:
  - name: streets
    title: Streets & squares
    sources: [streets]
  - name: survey
    title: Survey
    sources: [survey]
caches:
  streets: {sources: [debug], grids: [GLOBAL_WEBMERCATOR, GLOBAL_MERCATOR], disable_storage: true}
  survey: {sources: [debug], grids: [utm], disable_storage: true}
sources:
  debug: {type: debug}
grids:
  utm: {srs: 'EPSG:25832', bbox: [280000, 5200000, 920000, 6100000], origin: nw}
`;

/** The same with a map below the layers. */
const WITH_BACKGROUND = CONFIGURATION.replace('demo:', "demo: {background: {url: '/ground/{z}/{x}/{y}.png'}}");

interface Rig {
  readonly browser: Browser;
  readonly base: string;
}

/** One application and one browser for all tests of this file. */
let rig: Promise<Rig> | undefined;
const closing: (() => Promise<unknown>)[] = [];

after(async () => {
  for (const close of closing.reverse()) await close();
});

async function startRig(): Promise<Rig> {
  const folder = await mkdtemp(path.join(tmpdir(), 'mapgate-demo-'));
  closing.push(() => rm(folder, { recursive: true }));
  const mounts = new Map<string, Application>();
  for (const [mount, yaml] of [
    ['/', CONFIGURATION],
    ['/below', WITH_BACKGROUND],
  ] as const) {
    const file = path.join(folder, `${mounts.size}.yaml`);
    await writeFile(file, yaml);
    const app = await openMapProxy(file);
    closing.push(() => app.close());
    mounts.set(mount, app.application);
  }
  const server = await listen(mountApplications(mounts));
  closing.push(() => closeServer(server));
  const executablePath = findProgram('chromium');
  assert.ok(executablePath);
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  closing.push(() => browser.close());
  return { browser, base: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function listen(application: Application): Promise<Server> {
  const server = httpServer(application);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}

interface Visit {
  readonly page: Page;
  readonly base: string;
  /** What went wrong on the page: messages, errors, requests that failed or left this application. */
  readonly faults: string[];
}

interface VisitOptions {
  readonly javaScriptEnabled?: boolean;
  /** Called before the page is loaded. */
  readonly prepare?: (page: Page) => Promise<unknown>;
  /** `/below` for the application with a map below its layers. */
  readonly mount?: string;
}

/** Opens a page of the demo; undefined when the test was skipped for want of a browser. */
async function visit(t: TestContext, target: string, options: VisitOptions = {}): Promise<Visit | undefined> {
  if (!(await requirePrograms(t, { chromium: 'chromium' }))) return undefined;
  rig ??= startRig();
  const { browser, base } = await rig;
  const { javaScriptEnabled = true, prepare, mount = '' } = options;
  const context = await browser.newContext({ javaScriptEnabled, viewport: { width: 1280, height: 800 } });
  t.after(() => context.close());
  const page = await context.newPage();
  await prepare?.(page);
  const faults: string[] = [];
  page.on('console', (message) => faults.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('requestfailed', (request) => faults.push(`failed: ${request.url()}`));
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (origin !== base && protocol !== 'data:' && protocol !== 'blob:') faults.push(`outside: ${request.url()}`);
  });
  await page.goto(`${base}${mount}/demo/${target}`, { waitUntil: 'load' });
  return { page, base, faults };
}

/** Waits until the map has drawn something and says how many answers it had. */
async function answersLoaded({ page }: Visit): Promise<number> {
  await page.waitForSelector('body[data-loaded]');
  return Number(await page.locator('body').getAttribute('data-loaded'));
}

describe('viewers in a browser', { timeout: 240_000 }, () => {
  const viewers = [
    ['WMS', '?wms_layer=streets&srs=EPSG:3857&format=image/png', 1],
    ['TMS', '?tms_layer=streets&grid=GLOBAL_MERCATOR', 4],
    ['WMTS', '?wmts_layer=streets&grid=GLOBAL_WEBMERCATOR', 4],
    ['TMS in a system of its own', '?tms_layer=survey', 2],
    ['WMTS in a system of its own', '?wmts_layer=survey', 2],
  ] as const;
  for (const [title, target, atLeast] of viewers) {
    it(`DEMO-02: ${title} shows its map, with nothing from elsewhere`, async (t) => {
      const visited = await visit(t, target);
      if (visited === undefined) return;
      await visited.page.waitForSelector('body[data-ready]');
      assert.ok((await answersLoaded(visited)) >= atLeast);
      assert.equal(await visited.page.locator('body').getAttribute('data-failed'), null);
      assert.deepEqual(visited.faults, []);
    });
  }

  it('DEMO-02: tells level, resolution and coordinates', async (t) => {
    const visited = await visit(t, '?wmts_layer=survey');
    if (visited === undefined) return;
    const { page } = visited;
    await page.waitForSelector('body[data-ready]');
    assert.match(String(await page.locator('#level').textContent()), /^\d\d$/);
    assert.match(String(await page.locator('#resolution').textContent()), /^[\d.]+ m \/ px$/);
    await page.mouse.move(700, 400);
    assert.match(String(await page.locator('#coordinate').textContent()), /^\d+(\.\d+)?, \d+(\.\d+)?$/);
  });

  it('DEMO-02: a level further in asks for further tiles', async (t) => {
    const visited = await visit(t, '?tms_layer=streets&grid=GLOBAL_MERCATOR');
    if (visited === undefined) return;
    const { page, faults } = visited;
    await answersLoaded(visited);
    const level = Number(await page.locator('#level').textContent());
    const finer = page.waitForResponse((response) => response.url().includes(`/EPSG900913/${level + 1}/`));
    await page.locator('.ol-zoom-in').click();
    assert.equal((await finer).status(), 200);
    await page
      .locator('#level')
      .getByText(String(level + 1))
      .waitFor();
    assert.deepEqual(faults, []);
  });

  it('DEMO-02: says why a map could not be drawn', async (t) => {
    const body =
      '<ServiceExceptionReport><ServiceException>no such map &lt;b&gt;</ServiceException></ServiceExceptionReport>';
    const answer = { status: 500, contentType: 'application/vnd.ogc.se_xml', body };
    const prepare = (page: Page) => page.route('**/service?*', (route) => route.fulfill(answer));
    const visited = await visit(t, '?wms_layer=streets&srs=EPSG:3857', { prepare });
    if (visited === undefined) return;
    await visited.page.locator('#failure', { hasText: 'no such map <b>' }).waitFor();
  });

  it('DEMO-02: the last request can be opened', async (t) => {
    const visited = await visit(t, '?wms_layer=streets&srs=EPSG:3857');
    if (visited === undefined) return;
    await answersLoaded(visited);
    const href = await visited.page.locator('#last').getAttribute('href');
    const answer = await visited.page.request.get(String(href));
    assert.deepEqual([answer.status(), answer.headers()['content-type']], [200, 'image/png']);
  });
});

describe('background in a browser', { timeout: 240_000 }, () => {
  const mount = '/below';
  const prepare = (status: number) => (page: Page) =>
    page.route('**/ground/*/*/*.png', async (route) =>
      status === 200
        ? route.fulfill({ status, contentType: 'image/png', body: await solidPng(256, 256, [128, 128, 128]) })
        : route.fulfill({ status }),
    );

  for (const target of ['?wms_layer=streets&srs=EPSG:4326', '?wmts_layer=survey']) {
    it(`GLB-46: lies below ${target} where it is configured`, async (t) => {
      const visited = await visit(t, target, { prepare: prepare(200), mount });
      if (visited === undefined) return;
      await visited.page.waitForSelector('body[data-ready]');
      assert.equal(await visited.page.locator('#background').isChecked(), true);
      const layers = await visited.page.locator('.background-map canvas').count();
      assert.ok(layers > 0, 'drawn');
      assert.deepEqual(visited.faults, []);
    });
  }

  it('GLB-46: is off where it cannot be reached, and says so', async (t) => {
    const visited = await visit(t, '?wms_layer=streets&srs=EPSG:3857', { prepare: prepare(503), mount });
    if (visited === undefined) return;
    await visited.page.locator('#background-state', { hasText: 'cannot be reached' }).waitFor();
    assert.equal(await visited.page.locator('#background').isChecked(), false);
  });
});

describe('overview in a browser', { timeout: 240_000 }, () => {
  it('DEMO-01: has pictures of its layers and nothing from elsewhere', async (t) => {
    const visited = await visit(t, '');
    if (visited === undefined) return;
    const { page, faults } = visited;
    await page.waitForLoadState('networkidle');
    assert.equal(await page.evaluate('[...document.images].every((image) => image.naturalWidth > 0)'), true);
    assert.equal(await page.locator('h1').textContent(), 'City <maps>');
    assert.equal(await page.locator('.layer img').count(), 2);
    assert.deepEqual(faults, []);
  });

  for (const [width, title] of [
    [390, 'a phone'],
    [1280, 'a desk'],
  ] as const) {
    it(`DEMO-01: fits the width of ${title}, and every text can be read against its ground`, async (t) => {
      const visited = await visit(t, '');
      if (visited === undefined) return;
      const { page, base } = visited;
      for (const target of [
        '/',
        '/demo/',
        '/demo/?wms_capabilities',
        '/demo/?tms_layer=x',
        '/demo/?wms_layer=streets',
      ]) {
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme });
          await page.setViewportSize({ width, height: 780 });
          await page.goto(base + target, { waitUntil: 'load' });
          assert.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true, target);
          assert.deepEqual(await page.evaluate(LOW_CONTRASTS), [], `${target} ${colorScheme}`);
        }
      }
    });
  }

  it('DEMO-01: leads to a viewer without scripts', async (t) => {
    const visited = await visit(t, '', { javaScriptEnabled: false });
    if (visited === undefined) return;
    const { page } = visited;
    assert.equal(await page.locator('button.copy').first().isVisible(), false);
    await page.locator('#layer-survey select').selectOption('EPSG:25832');
    await page.locator('#layer-survey button', { hasText: 'png' }).click();
    assert.equal(await page.locator('h1').textContent(), 'Survey');
    assert.match(page.url(), /wms_layer=survey&srs=EPSG%3A25832&format=image%2Fpng/);
  });

  it('copies an address', async (t) => {
    const visited = await visit(t, '');
    if (visited === undefined) return;
    const { page, base } = visited;
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.locator('button.copy').first().click();
    await page.getByText('Copied', { exact: true }).waitFor();
    assert.equal(await page.evaluate('navigator.clipboard.readText()'), `${base}/service?`);
  });

  it('DEMO-03: shows capabilities', async (t) => {
    const visited = await visit(t, '?wms_capabilities');
    if (visited === undefined) return;
    assert.match(String(await visited.page.locator('pre').textContent()), /<Title>City &lt;maps&gt;<\/Title>/);
    assert.deepEqual(visited.faults, []);
  });
});

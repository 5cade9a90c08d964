import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import { type Browser, chromium, type Page } from 'playwright-core';
import { findProgram, requirePrograms } from '../support/debian.ts';
import { DevelopStage } from '../system/develop-stage.ts';

const MODULE = `
export const application = (request) => {
  const layers = new Map();
  if (request.pathInfo !== '/fail') return { status: 200, headers: { 'Content-Type': 'text/html' }, body: '<h1>fine</h1>' };
  return layers.get('streets').draw();
};
`;

/** One browser for all tests of this file. */
let browser: Promise<Browser> | undefined;

after(async () => (await browser)?.close());

interface Visit {
  readonly stage: DevelopStage;
  readonly page: Page;
  /** What the browser complained of, but for the status of the page itself. */
  readonly complaints: string[];
  /** Requests to anywhere but the server. */
  readonly foreign: string[];
}

/** Undefined: there is no browser. */
async function visit(t: TestContext, module: string, target: string): Promise<Visit | undefined> {
  if (!(await requirePrograms(t, { chromium: 'chromium' }))) return undefined;
  const stage = await DevelopStage.start(t, 'serve-develop --debug', { 'app.mjs': module });
  browser ??= chromium.launch({
    executablePath: findProgram('chromium') ?? 'chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  const page = await (await browser).newPage();
  t.after(() => page.close());
  const complaints: string[] = [];
  const foreign: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('status of')) complaints.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(stage.base)) foreign.push(request.url());
  });
  await page.goto(stage.base + target);
  return { stage, page, complaints, foreign };
}

test('the page of a failure unlocks its console with the PIN and evaluates', async (t) => {
  const visited = await visit(t, MODULE, '/fail');
  if (visited === undefined) return;
  const { stage, page, complaints, foreign } = visited;
  assert.match((await page.textContent('h1')) ?? '', /reading 'draw'/);
  assert.match((await page.textContent('.meant')) ?? '', /layers\.get\('streets'\)\.draw\(\)/);

  await page.fill('#pin', '000-000-00x');
  await page.press('#pin', 'Enter');
  await page.waitForSelector('#message:not(:empty)');
  assert.equal(await page.isVisible('#session'), false);

  await page.fill('#pin', stage.pin);
  await page.click('#unlock button');
  await page.waitForSelector('#source:focus');
  await page.fill('#source', "'<b>' + request.method + '</b>'");
  await page.press('#source', 'Enter');
  await page.waitForSelector('#results .value');
  assert.equal(await page.textContent('#results .value'), "'<b>GET</b>'");
  await page.press('#source', 'ArrowUp');
  assert.equal(await page.inputValue('#source'), "'<b>' + request.method + '</b>'");

  // The cookie is kept: the page of another failure needs no PIN, and no script can read it.
  await page.reload();
  await page.waitForSelector('#session:not([hidden])');
  assert.equal(await page.evaluate('document.cookie'), '');
  assert.deepEqual([complaints, foreign], [[], []]);
});

test('the page of a broken file shows what is wrong now, and goes when it is mended', async (t) => {
  const visited = await visit(t, 'export const application = ;\n', '/');
  if (visited === undefined) return;
  const { stage, page, complaints, foreign } = visited;
  await page.waitForSelector('#waiting:not([hidden])');
  assert.match((await page.textContent('.place')) ?? '', /app\.mjs:1:28/);
  stage.write('app.mjs', "throw new Error('something else');\n");
  await page.waitForSelector('h1:text("something else")');
  stage.write('app.mjs', MODULE);
  await page.waitForSelector('h1:text("fine")');
  assert.deepEqual([complaints, foreign], [[], []]);
});

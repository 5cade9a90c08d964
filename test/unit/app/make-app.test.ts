import assert from 'node:assert/strict';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { makeApp, makeMultiApp } from '../../../src/app/make-app.ts';
import { configureLogging } from '../../../src/log.ts';
import { fakeRequest } from '../../support/fake-request.ts';
import { folderWith } from '../../support/temporary.ts';
import { bodyOf } from './filters/support.ts';

configureLogging({ level: 'silent' });

const PROJECT = `
services:
  tms:
layers:
  - name: made
    title: Made by makeApp
    sources: [cached]
caches:
  cached:
    grids: [GLOBAL_MERCATOR]
    sources: [made]
    disable_storage: true
sources:
  made:
    type: debug
`;

async function projectFolder(t: TestContext): Promise<string> {
  return folderWith(t, { 'osm.yaml': PROJECT, 'broken.yaml': 'services: [' });
}

test('makeApp opens a file by path or by URL', async (t) => {
  const file = path.join(await projectFolder(t), 'osm.yaml');
  for (const name of [file, pathToFileURL(file)]) {
    const application = await makeApp(name);
    const answer = await application(fakeRequest('/tms/1.0.0/'));
    assert.deepEqual([answer.status, application.files], [200, [file]]);
    assert.ok(application.routes?.has('tms'));
    await application.close();
  }
});

test('makeApp throws where the configuration cannot be used, with and without reloader', async (t) => {
  const file = path.join(await projectFolder(t), 'broken.yaml');
  for (const reloader of [false, true]) await assert.rejects(makeApp(file, { reloader }), { name: 'ConfigError' });
});

test('APP-14: makeMultiApp lists its projects unless told otherwise', async (t) => {
  const folder = await projectFolder(t);
  const page = async (options?: { allowListing: boolean }) => {
    const application = makeMultiApp(folder, options);
    const { body } = await application(fakeRequest('/'));
    await application.close();
    return String(body);
  };
  assert.match(await page(), /href="http:\/\/maps\.example\/osm\/"/);
  assert.doesNotMatch(await page({ allowListing: false }), /osm/);
});

test('APP-14: makeMultiApp serves a project at its name', async (t) => {
  const application = makeMultiApp(await projectFolder(t));
  const answer = await application(fakeRequest('/osm/tms/1.0.0/'));
  assert.equal(answer.status, 200);
  assert.match(String(await bodyOf(answer)), /Made by makeApp/);
  await application.close();
});

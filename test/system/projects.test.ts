import assert from 'node:assert/strict';
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fcgiRequest } from '@mapgate/fastcgi-kit';
import { Sandbox } from '../front/sandbox.ts';
import { Mapgate } from '../support/mapgate.ts';
import { childrenOf, residentMemory } from '../support/processes.ts';

const PROJECT = (title: string) => `
services:
  wms: {md: {title: ${title}}}
layers:
  - {name: blank, title: Blank, sources: [blank]}
sources:
  blank: {type: debug}
`;

/** Projects asked for; many more than are held open. */
const ASKED = 250;

/** What the worker may grow by between one limit of open projects and the next: far below what all would take. */
const GROWTH = 64 * 2 ** 20;

async function ask(sandbox: Sandbox, path: string): Promise<{ status: number; text: string }> {
  const params = {
    REQUEST_METHOD: 'GET',
    REQUEST_URI: `${path}?service=WMS&request=GetCapabilities`,
    SCRIPT_NAME: '',
    PATH_INFO: path,
    QUERY_STRING: 'service=WMS&request=GetCapabilities',
    HTTP_HOST: 'maps.example',
  };
  const { status, body } = (await fcgiRequest({ path: sandbox.path('socket') }, { params })).parse();
  return { status, text: body.toString() };
}

test('APP-14: a directory of 1,000 projects is served at once, in bounded memory, and follows its files', async (t) => {
  const sandbox = new Sandbox(t);
  mkdirSync(sandbox.path('projects'));
  for (let index = 0; index < 1_000; index++) {
    writeFileSync(sandbox.path('projects', `p${index}.yaml`), PROJECT(`Project ${index}`));
  }
  const args = ['serve', 'projects', '--workers', '1', '--fastcgi', 'unix:socket'];
  const mapgate = new Mapgate(t, args, { cwd: sandbox.folder });
  await mapgate.says('"msg":"serving"');
  const [worker = 0] = childrenOf(mapgate.pid);

  await t.test('lists them, as the command of MapProxy does', async () => {
    const { status, text } = await ask(sandbox, '/');
    assert.equal(status, 200);
    assert.equal(text.split('<li>').length - 1, 1_000);
    assert.match(text, /<a href="http:\/\/maps\.example\/p999\/">p999<\/a>/);
  });

  await t.test('prints the URL of the project', async () => {
    const { text } = await ask(sandbox, '/p7/service');
    assert.match(text, /<Title>Project 7<\/Title>/);
    assert.match(text, /http:\/\/maps\.example\/p7\/service/);
  });

  await t.test('holds no more than its limit', async () => {
    for (let index = 0; index < ASKED / 2; index++) await ask(sandbox, `/p${index}/service`);
    const before = residentMemory(worker);
    for (let index = ASKED / 2; index < ASKED; index++) {
      assert.equal((await ask(sandbox, `/p${index}/service`)).status, 200);
    }
    const grown = residentMemory(worker) - before;
    assert.ok(grown < GROWTH, `grew by ${Math.round(grown / 2 ** 20)} MiB`);
  });

  await t.test('answers 500 to a broken one, tells why once, and serves it when it is mended', async () => {
    const file = sandbox.path('projects', 'p1000.yaml');
    writeFileSync(file, 'layers: 5\n');
    utimesSync(file, 1, 1);
    assert.deepEqual(await ask(sandbox, '/p1000/service'), { status: 500, text: 'internal error' });
    assert.deepEqual(await ask(sandbox, '/p1000/service'), { status: 500, text: 'internal error' });
    await mapgate.says('p1000.yaml:1:1: layers');
    assert.equal(mapgate.count('p1000.yaml:1:1: layers'), 1);
    writeFileSync(file, PROJECT('Mended'));
    // The files of a project are looked at once a second.
    await sleep(1_050);
    assert.match((await ask(sandbox, '/p1000/service')).text, /<Title>Mended<\/Title>/);
  });

  await t.test('answers 404 to what is none', async () => {
    for (const path of ['/none/service', '/../outside/service', '/.hidden/x']) {
      assert.equal((await ask(sandbox, path)).status, 404);
    }
  });
});

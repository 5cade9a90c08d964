import assert from 'node:assert/strict';
import { rmSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { mock, type TestContext, test } from 'node:test';
import type { OpenApplication } from '../../../src/app/open.ts';
import { ReloadingApplication } from '../../../src/app/reloading.ts';
import { ConfigError } from '../../../src/http/errors.ts';
import { Response, textResponse } from '../../../src/http/response.ts';
import { getLogger } from '../../../src/log.ts';
import { fakeRequest } from '../../support/fake-request.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { bodyOf, chunks } from './filters/support.ts';

const SECOND = 1_000;

/** A file with a stand-in for what opens it, and a clock that stands still. */
class Stage {
  readonly told: string[] = [];
  readonly closed: string[] = [];
  opened = 0;
  /** Name of the version that is opened next; what begins with `broken` cannot be. */
  version = 'one';
  readonly file: string;
  #age = 0;
  #now = 0;

  constructor(t: TestContext, folder: string) {
    this.file = path.join(folder, 'mapproxy.yaml');
    this.save('one');
    const clock = mock.method(performance, 'now', () => this.#now);
    const error = mock.method(getLogger('mapgate.app'), 'error', (_: object, text: string) => this.told.push(text));
    const info = mock.method(getLogger('mapgate.app'), 'info', () => {});
    t.after(() => {
      for (const mocked of [clock, error, info]) mocked.mock.restore();
    });
  }

  async start(): Promise<ReloadingApplication> {
    const [application] = await ReloadingApplication.start(async () => this.#open());
    return application;
  }

  /** Changes the file, at a time of its own and long ago. */
  save(version: string): void {
    this.version = version;
    writeFileSync(this.file, version);
    this.#age += SECOND;
    utimesSync(this.file, this.#age, this.#age);
  }

  wait(milliseconds: number): void {
    this.#now += milliseconds;
  }

  #open(): OpenApplication {
    this.opened++;
    const { version, file } = this;
    if (version.startsWith('broken')) throw new ConfigError('is broken', { file, line: 3 });
    const application = () =>
      version === 'stream' ? new Response(200, {}, chunks('a', 'b')) : textResponse(200, version);
    const close = async () => void this.closed.push(version);
    return { application, routes: undefined, files: [file], close };
  }
}

async function stageOf(t: TestContext): Promise<Stage> {
  return new Stage(t, await temporaryFolder(t));
}

const ask = async (application: ReloadingApplication): Promise<string> =>
  String(await bodyOf(await application.handle(fakeRequest('/'))));

test('APP-13: the first request after a change is answered by the new version', async (t) => {
  const stage = await stageOf(t);
  const application = await stage.start();
  assert.equal(await ask(application), 'one');
  stage.save('two');
  stage.wait(SECOND);
  assert.deepEqual([await ask(application), stage.closed], ['two', ['one']]);
});

test('APP-13: files are looked at once a second at most', async (t) => {
  const stage = await stageOf(t);
  const application = await stage.start();
  stage.save('two');
  stage.wait(SECOND - 1);
  assert.equal(await ask(application), 'one');
  stage.wait(1);
  assert.deepEqual(await Promise.all([ask(application), ask(application)]), ['two', 'two']);
  assert.equal(stage.opened, 2);
});

test('APP-13 FIX: a broken new version is told, and the old one serves on', async (t) => {
  const stage = await stageOf(t);
  const application = await stage.start();
  stage.save('broken');
  stage.wait(SECOND);
  assert.equal(await ask(application), 'one');
  const problem = `the changed configuration cannot be used, the old one goes on serving: ${stage.file}:3: is broken`;
  assert.deepEqual([stage.told, stage.closed], [[problem], []]);
});

test('APP-13: what is broken is read again when it changes, not before', async (t) => {
  const stage = await stageOf(t);
  const application = await stage.start();
  stage.save('broken');
  for (let second = 0; second < 3; second++) {
    stage.wait(SECOND);
    await ask(application);
  }
  assert.equal(stage.opened, 2);
  stage.save('mended');
  stage.wait(SECOND);
  assert.equal(await ask(application), 'mended');
});

test('APP-13: a file that is gone for a moment changes nothing', async (t) => {
  const stage = await stageOf(t);
  const application = await stage.start();
  rmSync(stage.file);
  stage.version = 'broken: gone';
  stage.wait(SECOND);
  assert.equal(await ask(application), 'one');
  stage.save('two');
  stage.wait(SECOND);
  assert.equal(await ask(application), 'two');
});

test('APP-13: an old version closes after its last answer', async (t) => {
  const stage = await stageOf(t);
  stage.save('stream');
  const application = await stage.start();
  const answer = await application.handle(fakeRequest('/'));
  stage.save('two');
  stage.wait(SECOND);
  assert.deepEqual([await ask(application), stage.closed], ['two', []]);
  assert.equal(String(await bodyOf(answer)), 'ab');
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(stage.closed, ['stream']);
});

test('what cannot be opened at first is thrown', async (t) => {
  const stage = await stageOf(t);
  stage.save('broken');
  await assert.rejects(stage.start(), /mapproxy\.yaml:3: is broken/);
});

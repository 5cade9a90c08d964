import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it, mock, type TestContext } from 'node:test';
import fc from 'fast-check';
import type { OpenApplication } from '../../../src/app/open.ts';
import { openProjects } from '../../../src/app/projects.ts';
import type { Application } from '../../../src/http/application.ts';
import { ConfigError } from '../../../src/http/errors.ts';
import { Response, textResponse } from '../../../src/http/response.ts';
import { getLogger } from '../../../src/log.ts';
import { fakeRequest } from '../../support/fake-request.ts';
import { bodyOf, chunks } from './filters/support.ts';

const tells: Application = (request) =>
  textResponse(200, `${request.scriptName}|${request.pathInfo}|${request.variable('mapproxy.instance_name')}`);

/** A folder of project files with a stand-in for what opens them, and a clock that stands still. */
class Stage {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'mapgate-projects-'));
  /** Names in the order in which they were opened and closed. */
  readonly opened: string[] = [];
  readonly closed: string[] = [];
  readonly told: string[] = [];
  application: Application = tells;
  /** Further files of every project. */
  files: string[] = [];
  /** Thrown instead of opening. */
  problem: Error | undefined;
  /** Awaited by each opening. */
  gate: Promise<void> | undefined;
  readonly projects: OpenApplication;
  #now = 0;
  #age = 0;

  constructor(t: TestContext, options: { allowListing?: boolean; limit?: number } = {}) {
    const clock = mock.method(performance, 'now', () => this.#now);
    const error = mock.method(getLogger('mapgate.projects'), 'error', (_: object, message: string) => {
      this.told.push(message);
    });
    this.projects = openProjects({
      directory: this.folder,
      allowListing: options.allowListing ?? false,
      limit: options.limit ?? 100,
      open: (file) => this.#open(path.basename(file, '.yaml')),
    });
    t.after(async () => {
      await this.projects.close();
      clock.mock.restore();
      error.mock.restore();
      rmSync(this.folder, { recursive: true });
    });
  }

  /** Writes a file, each time a little younger, but long ago. */
  write(name: string, text = ''): string {
    const file = path.join(this.folder, name);
    writeFileSync(file, text);
    this.#age++;
    utimesSync(file, this.#age, this.#age);
    return file;
  }

  /** Lets so many milliseconds pass. */
  wait(milliseconds: number): void {
    this.#now += milliseconds;
  }

  async ask(target: string): Promise<Response> {
    return this.projects.application(fakeRequest(target, { mount: '/maps' }));
  }

  async text(target: string): Promise<string> {
    const answer = await this.ask(target);
    return `${answer.status} ${(await bodyOf(answer)).toString()}`;
  }

  async #open(name: string): Promise<OpenApplication> {
    this.opened.push(name);
    await this.gate;
    if (this.problem !== undefined) throw this.problem;
    const application: Application = (request) => this.application(request);
    const close = async () => void this.closed.push(name);
    return { application, routes: undefined, files: this.files, close };
  }
}

/** Lets everything go on that only waits for files. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}

describe('APP-14: projects by path', () => {
  it('opens a project on its first request and mounts it at its name', async (t) => {
    const stage = new Stage(t);
    stage.write('osm.yaml');
    assert.deepEqual(stage.opened, []);
    assert.equal(await stage.text('/osm/tms/1.0.0?x'), '200 /maps/osm|/tms/1.0.0|osm');
    assert.equal(await stage.text('/osm'), '200 /maps/osm||osm');
    assert.deepEqual(stage.opened, ['osm']);
  });

  it('opens once for requests that come together', async (t) => {
    const stage = new Stage(t);
    stage.write('osm.yaml');
    await Promise.all([stage.ask('/osm/1'), stage.ask('/osm/2'), stage.ask('/osm/3')]);
    assert.deepEqual(stage.opened, ['osm']);
  });

  it('answers at once what was looked at a moment ago', async (t) => {
    const stage = new Stage(t);
    stage.write('osm.yaml');
    await stage.ask('/osm/');
    assert.ok(stage.projects.application(fakeRequest('/osm/')) instanceof Response);
  });

  const names = ['grün', 'with space', 'a.b', 'UPPER'];
  for (const name of names) {
    it(`takes ${JSON.stringify(name)} for a name`, async (t) => {
      const stage = new Stage(t);
      stage.write(`${name}.yaml`);
      assert.equal(await stage.text(`/${name}/x`), `200 /maps/${name}|/x|${name}`);
    });
  }

  const refused = [
    '/other/',
    '/../outside/x',
    '/..',
    '/.hidden/x',
    '/.',
    '//osm/x',
    '/osm\0/x',
    '/..\\outside/x',
    '/osm.yaml/x',
    '/folder/x',
    '/OSM/x',
    `/${'a'.repeat(5_000)}/x`,
  ];
  for (const target of refused) {
    it(`answers 404 to ${JSON.stringify(target.slice(0, 20))}`, async (t) => {
      const stage = new Stage(t);
      for (const name of ['osm.yaml', '.hidden.yaml', '..yaml']) stage.write(name);
      mkdirSync(path.join(stage.folder, 'folder.yaml'));
      const outside = path.join(stage.folder, '..', 'outside.yaml');
      writeFileSync(outside, '');
      t.after(() => rmSync(outside, { force: true }));
      assert.equal(await stage.text(target), '404 not found');
      assert.deepEqual(stage.opened, []);
    });
  }

  it('opens nothing outside of its directory, whatever the path', async (t) => {
    const stage = new Stage(t);
    stage.write('osm.yaml');
    const parts = fc.constantFrom('osm', '..', '.', '/', '\\', '\0', '%2e%2e', 'osm.yaml', '.yaml', 'projects');
    const paths = fc.array(fc.oneof(parts, fc.string())).map((words) => `/${words.join('')}`);
    await fc.assert(
      fc.asyncProperty(paths, async (target) => {
        const answer = await stage.projects.application(fakeRequest(target.replaceAll('?', '')));
        assert.ok(answer.status === 200 || answer.status === 404);
      }),
    );
    assert.ok(stage.opened.every((name) => name === 'osm'));
  });

  it('does not start without the directory', () => {
    const options = { directory: '/nowhere/at/all', allowListing: true, limit: 1, open: async () => assert.fail() };
    assert.throws(() => openProjects(options), {
      name: 'ConfigError',
      message: /\/nowhere\/at\/all: no such directory/,
    });
  });
});

describe('APP-14: the page at the root', () => {
  it('lists the projects with links, if that is allowed', async (t) => {
    const stage = new Stage(t, { allowListing: true });
    for (const name of ['b.yaml', 'a&b.yaml', '.hidden.yaml', 'notes.txt']) stage.write(name);
    mkdirSync(path.join(stage.folder, 'folder.yaml'));
    symlinkSync('b.yaml', path.join(stage.folder, 'link.yaml'));
    const answer = await stage.ask('/');
    const links = [...String(answer.body).matchAll(/<a href="([^"]*)">([^<]*)</g)].map(([, href, name]) => [
      href,
      name,
    ]);
    assert.deepEqual(links, [
      ['http://maps.example/maps/a&amp;b/', 'a&amp;b'],
      ['http://maps.example/maps/b/', 'b'],
      ['http://maps.example/maps/link/', 'link'],
    ]);
    assert.equal(answer.headers['Content-Type'], 'text/html; charset=utf-8');
    assert.match(String(answer.headers.Vary), /X-Script-Name/);
  });

  it('greets without the list, if it is not allowed', async (t) => {
    const stage = new Stage(t);
    stage.write('secret.yaml');
    for (const target of ['/', '']) {
      const text = await stage.text(target);
      assert.match(text, /^200 .*Welcome to/s);
      assert.doesNotMatch(text, /secret/);
    }
  });
});

describe('APP-13, APP-14: projects that change', () => {
  it('looks at the files at most once a second, and opens what changed again', async (t) => {
    const stage = new Stage(t);
    stage.write('osm.yaml');
    await stage.ask('/osm/');
    stage.write('osm.yaml', 'new');
    stage.wait(999);
    await stage.ask('/osm/');
    assert.deepEqual(stage.opened, ['osm']);
    stage.wait(1);
    await stage.ask('/osm/');
    assert.deepEqual(stage.opened, ['osm', 'osm']);
    await until(() => stage.closed.length === 1);
  });

  it('notices a base file that changed, and one that is older than before', async (t) => {
    const stage = new Stage(t);
    const old = stage.write('old.txt', 'old');
    stage.write('osm.yaml');
    const base = stage.write('base.txt', 'new');
    stage.files = [base];
    await stage.ask('/osm/');
    renameSync(old, base);
    stage.wait(1_000);
    await stage.ask('/osm/');
    assert.deepEqual(stage.opened, ['osm', 'osm']);
  });

  it('reads a file again that was written while it was read', async (t) => {
    const stage = new Stage(t);
    const file = path.join(stage.folder, 'osm.yaml');
    writeFileSync(file, '');
    const afterReading = new Date(Date.now() + 60_000);
    utimesSync(file, afterReading, afterReading);
    await stage.ask('/osm/');
    stage.wait(1_000);
    await stage.ask('/osm/');
    assert.deepEqual(stage.opened, ['osm', 'osm']);
  });

  it('lets the old version serve while the new one is broken, and tells once why', async (t) => {
    const stage = new Stage(t);
    const file = stage.write('osm.yaml');
    await stage.ask('/osm/');
    stage.write('osm.yaml', 'broken');
    stage.problem = new ConfigError('no such grid', { file, line: 7, column: 3, path: 'caches.osm.grids' });
    stage.wait(1_000);
    assert.equal(await stage.text('/osm/x'), '200 /maps/osm|/x|osm');
    stage.wait(1_000);
    assert.equal(await stage.text('/osm/x'), '200 /maps/osm|/x|osm');
    assert.deepEqual(stage.opened, ['osm', 'osm']);
    assert.equal(stage.told.length, 1);
    assert.match(
      stage.told[0] ?? '',
      /old version goes on serving: .*osm\.yaml:7:3: caches\.osm\.grids: no such grid$/,
    );
    assert.deepEqual(stage.closed, []);
  });

  it('answers 500 for one that was never good, without reading it again until it changes', async (t) => {
    const stage = new Stage(t);
    const file = stage.write('osm.yaml');
    stage.problem = new ConfigError('no such grid', { file, line: 7 });
    assert.equal(await stage.text('/osm/'), '500 internal error');
    stage.wait(1_000);
    assert.equal(await stage.text('/osm/'), '500 internal error');
    assert.deepEqual(stage.opened, ['osm']);
    assert.match(stage.told.join(), /it answers 500: .*osm\.yaml:7: no such grid$/);
    stage.problem = undefined;
    stage.write('osm.yaml', 'mended');
    stage.wait(1_000);
    assert.equal(await stage.text('/osm/x'), '200 /maps/osm|/x|osm');
  });

  it('tries again when the broken file is one that the project is based on', async (t) => {
    const stage = new Stage(t);
    stage.write('osm.yaml');
    stage.problem = new ConfigError('cannot be read', { file: path.join(stage.folder, 'base.txt') });
    assert.equal(await stage.text('/osm/'), '500 internal error');
    stage.problem = undefined;
    stage.write('base.txt');
    stage.wait(1_000);
    assert.equal(await stage.text('/osm/x'), '200 /maps/osm|/x|osm');
  });

  it('answers 404 when the file is gone, and serves again when it is back', async (t) => {
    const stage = new Stage(t);
    const file = stage.write('osm.yaml');
    await stage.ask('/osm/');
    unlinkSync(file);
    stage.wait(1_000);
    assert.equal(await stage.text('/osm/'), '404 not found');
    await until(() => stage.closed.length === 1);
    stage.write('osm.yaml');
    stage.wait(1_000);
    assert.equal(await stage.text('/osm/x'), '200 /maps/osm|/x|osm');
  });
});

describe('APP-14: at most so many projects are open', () => {
  it('closes the one that was not used for longest', async (t) => {
    const stage = new Stage(t, { limit: 2 });
    for (const name of ['a', 'b', 'c']) stage.write(`${name}.yaml`);
    for (const name of ['a', 'b', 'a', 'c']) await stage.ask(`/${name}/`);
    await until(() => stage.closed.length === 1);
    assert.deepEqual(stage.closed, ['b']);
    await stage.ask('/a/');
    assert.deepEqual(stage.opened, ['a', 'b', 'c']);
  });

  it('closes it only after its last request has ended, streamed answers too', async (t) => {
    const stage = new Stage(t, { limit: 1 });
    for (const name of ['a', 'b']) stage.write(`${name}.yaml`);
    stage.application = () => new Response(200, {}, chunks('one', 'two'));
    const streamed = await stage.ask('/a/');
    let finish: (response: Response) => void = () => {};
    stage.application = () =>
      new Promise((resolve) => {
        finish = resolve;
      });
    const pending = stage.ask('/a/');
    stage.application = tells;
    await stage.ask('/b/');
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(stage.closed, []);
    finish(textResponse(200, ''));
    await pending;
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(stage.closed, []);
    assert.equal((await bodyOf(streamed)).toString(), 'onetwo');
    await until(() => stage.closed.length === 1);
  });

  it('lets requests that wait for an opening be answered, though the project gives way meanwhile', async (t) => {
    const stage = new Stage(t, { limit: 1 });
    for (const name of ['a', 'b']) stage.write(`${name}.yaml`);
    let open: () => void = () => {};
    stage.gate = new Promise((resolve) => {
      open = resolve;
    });
    const waiting = [stage.text('/a/1'), stage.text('/a/2')];
    await until(() => stage.opened.includes('a'));
    const other = stage.text('/b/');
    await until(() => stage.opened.includes('b'));
    open();
    assert.deepEqual(await Promise.all(waiting), ['200 /maps/a|/1|a', '200 /maps/a|/2|a']);
    assert.match(await other, /^200/);
    await until(() => stage.closed.length === 1);
    assert.deepEqual(stage.closed, ['a']);
  });

  it('reads nothing of 1,000 projects at the start, and holds no more than the limit', async (t) => {
    const stage = new Stage(t, { limit: 20 });
    for (let index = 0; index < 1_000; index++) stage.write(`p${index}.yaml`);
    for (let index = 0; index < 1_000; index++) await stage.ask(`/p${index}/`);
    await until(() => stage.closed.length === 980);
    assert.equal(stage.opened.length, 1_000);
    await stage.projects.close();
    assert.equal(stage.closed.length, 1_000);
  });

  it('holds nothing for names that are no project', async (t) => {
    const stage = new Stage(t, { limit: 1 });
    stage.write('a.yaml');
    await stage.ask('/a/');
    for (let index = 0; index < 50; index++) await stage.ask(`/none${index}/`);
    await stage.ask('/a/');
    assert.deepEqual(stage.opened, ['a']);
  });
});

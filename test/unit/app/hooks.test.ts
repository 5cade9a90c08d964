import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import sharp from 'sharp';
import { type MakeAppOptions, makeApp, makeMultiApp } from '../../../src/app/make-app.ts';
import { openApplication } from '../../../src/app/open.ts';
import { answerOf } from '../../../src/gateway/answer.ts';
import { ConfigError } from '../../../src/http/errors.ts';
import { Response, textResponse } from '../../../src/http/response.ts';
import { configureLogging } from '../../../src/log.ts';
import { type FakeRequestOptions, fakeRequest } from '../../support/fake-request.ts';
import { folderWith } from '../../support/temporary.ts';

configureLogging({ level: 'silent' });

const YAML = `
services: {wms: , demo: }
sources: {here: {type: debug}}
layers:
  - {name: streets, title: Streets, sources: [here]}
  - {name: cables, title: Cables, sources: [here]}
`;
const MAP =
  '/service?SERVICE=WMS&VERSION=1.1.1&REQUEST=GetMap&STYLES=&SRS=EPSG:4326&BBOX=0,0,10,10&WIDTH=8&HEIGHT=8&FORMAT=image/png&LAYERS=';

async function open(test: TestContext, options: MakeAppOptions) {
  const folder = await folderWith(test, { 'mapproxy.yaml': YAML });
  const app = await makeApp(join(folder, 'mapproxy.yaml'), options);
  test.after(() => app.close());
  return (target: string, request?: FakeRequestOptions) => answerOf(app, fakeRequest(target, request));
}

describe('hooks of makeApp', () => {
  it('AUTH-01, AUTH-09: authorize decides by the variables of the request', async (test) => {
    const get = await open(test, {
      authorize: (_service, _layers, { HTTP_X_USER: user }) =>
        user === 'anna' ? { authorized: 'full' } : { authorized: 'partial', layers: { streets: { map: true } } },
    });
    assert.equal((await get(`${MAP}streets`)).status, 200);
    assert.equal((await get(`${MAP}cables`)).status, 403);
    assert.equal((await get(`${MAP}cables`, { headers: { 'X-User': 'anna' } })).status, 200);
  });

  it('AUTH-01: a hook that throws is a 500 that tells nothing', async (test) => {
    const get = await open(test, {
      authorize: () => {
        throw new Error('no route to ldap://10.0.0.1');
      },
    });
    const { status, body } = await get(`${MAP}streets`);
    assert.deepEqual([status, body], [500, 'internal error']);
  });

  it('AUTH-08, WMS-45: decorate changes the picture that is sent', async (test) => {
    const get = await open(test, {
      decorate: (image) => {
        image.data.fill(Buffer.from([255, 0, 0, 255]));
        return image;
      },
    });
    const { body } = await get(`${MAP}streets`);
    const { data } = await sharp(body as Buffer)
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    assert.deepEqual([...data.subarray(0, 3)], [255, 0, 0]);
  });

  it('AUTH-08: a hook that gives back no picture is a 500 that tells nothing', async (test) => {
    const get = await open(test, { decorate: () => 'seal' as never });
    const { status, body } = await get(`${MAP}streets`);
    assert.deepEqual([status, body], [500, 'internal error']);
  });

  it('DEMO-05: the demo is shown as a whole or not at all, its static files to everybody', async (test) => {
    const asked: unknown[] = [];
    for (const [authorized, expected] of [
      ['full', 200],
      ['partial', 403],
      ['none', 403],
      ['unauthenticated', 401],
    ] as const) {
      const get = await open(test, {
        authorize: (service, layers) => {
          asked.push([service, layers]);
          return { authorized };
        },
      });
      for (const page of ['', '?wms_layer=streets', '?wms_capabilities']) {
        assert.equal((await get(`/demo/${page}`)).status, authorized === 'full' ? 200 : expected, page);
      }
      assert.equal((await get('/demo/static/style.css')).status, 200);
    }
    assert.deepEqual(asked[0], ['demo', []]);
  });
});

describe('intercept', () => {
  it('APP-15: lets a request pass, or answers it before any service does', async (test) => {
    const seen: string[] = [];
    const get = await open(test, {
      intercept(request) {
        seen.push(`${request.method} ${request.pathInfo}`);
        return request.header('X-Key') === undefined ? textResponse(402, 'pay') : undefined;
      },
    });
    const refused = await get(`${MAP}streets`);
    assert.deepEqual([refused.status, refused.body], [402, 'pay']);
    assert.equal((await get(`${MAP}streets`, { headers: { 'X-Key': '1' } })).status, 200);
    assert.equal((await get('/', { method: 'DELETE' })).status, 402);
    assert.deepEqual(seen, ['GET /service', 'GET /service', 'DELETE /']);
  });

  it('APP-15: answers with a plain object, at once or later, with the headers that all answers have', async (test) => {
    const get = await open(test, {
      intercept: async () => ({ status: 200, headers: { 'Content-Type': 'text/plain', Vary: 'Cookie' }, body: 'hi' }),
    });
    const { status, headers, body } = await get('/');
    assert.deepEqual([status, body, headers['Access-Control-Allow-Origin']], [200, 'hi', '*']);
    assert.match(String(headers.Vary), /^Cookie, X-Script-Name/);
  });

  it('APP-15, AUTH-09: sets variables that authorize finds', async (test) => {
    const names: unknown[] = [];
    const get = await open(test, {
      intercept: (request) => request.with({ variables: { REMOTE_USER: 'anna', HTTP_COOKIE: undefined } }),
      authorize: (_service, _layers, environ) => {
        names.push(environ);
        return { authorized: 'full' };
      },
    });
    assert.equal((await get(`${MAP}streets`, { headers: { Cookie: 'session=1' } })).status, 200);
    assert.deepEqual(names, [{ REMOTE_USER: 'anna' }]);
  });

  for (const [title, value] of [
    ['true', true],
    ['null', null],
    ['an object without status', { body: 'hi' }],
    ['a status that is none', { status: 20 }],
    ['a text', 'hi'],
  ] as const) {
    it(`APP-15: ${title} is denied`, async (test) => {
      const { status, body } = await (await open(test, { intercept: () => value as never }))(`${MAP}streets`);
      assert.deepEqual([status, body], [403, 'forbidden']);
    });
  }

  it('APP-15: a hook that throws is a 500 that tells nothing', async (test) => {
    const intercept = () => Promise.reject(new Error('secret'));
    const { status, body } = await (await open(test, { intercept }))('/');
    assert.deepEqual([status, body], [500, 'internal error']);
  });

  it('APP-15: every project gets it', async (test) => {
    const folder = await folderWith(test, { 'a.yaml': YAML, 'b.yaml': YAML });
    const app = makeMultiApp(folder, { intercept: ({ scriptName }) => new Response(200, {}, scriptName) });
    test.after(() => app.close());
    for (const name of ['/a', '/b']) assert.equal((await app(fakeRequest(`${name}/demo/`))).body, name);
  });
});

describe('modules with hooks', () => {
  const place = { file: '/srv/mapgate.yaml', line: 3, column: 14, path: 'app.authorize' };

  async function openWith(test: TestContext, name: 'authorize' | 'intercept', text: string) {
    const folder = await folderWith(test, { 'mapproxy.yaml': YAML, 'hook.mjs': text });
    const file = join(folder, 'hook.mjs');
    const hooks = { [name]: { file, place } };
    const opened = await openApplication({ kind: 'mapproxy', file: join(folder, 'mapproxy.yaml'), hooks });
    test.after(() => opened.close());
    return { ...opened, file };
  }

  for (const [title, text] of [
    ['by its name', 'export function authorize() { return { authorized: "none" }; }'],
    ['as default', 'export default async () => ({ authorized: "none" });'],
  ] as const) {
    it(`AUTH-09: a function is found ${title}`, async (test) => {
      const { application, files, file } = await openWith(test, 'authorize', text);
      assert.equal((await application(fakeRequest(`${MAP}streets`))).status, 403);
      assert.ok(files.includes(file));
    });
  }

  for (const [title, text, found] of [
    ['nothing', '', ''],
    ['another name', 'export const authorise = () => {};', ''],
    ['no function', 'export default { authorized: "full" };', ', but a value of type object'],
  ] as const) {
    it(`AUTH-09: ${title} is told with the place in the deployment file`, async (test) => {
      await assert.rejects(openWith(test, 'authorize', text), (error) => {
        assert.ok(error instanceof ConfigError);
        assert.match(
          error.message,
          /^\/srv\/mapgate\.yaml:3:14: app\.authorize: .*hook\.mjs exports no function `authorize`/,
        );
        assert.ok(error.message.endsWith(`nor one as default${found}`));
        return true;
      });
    });
  }

  it('AUTH-09: an error of the module itself is told with the module', async (test) => {
    await assert.rejects(
      openWith(test, 'intercept', 'throw new Error("no such table");'),
      /hook\.mjs: Error: no such table/,
    );
  });

  it('AUTH-09: one configuration with different hooks is opened for each', async (test) => {
    const hook = (name: string) => `export default () => ({ status: 200, headers: {}, body: '${name}' });`;
    const folder = await folderWith(test, { 'mapproxy.yaml': YAML, 'one.mjs': hook('one'), 'two.mjs': hook('two') });
    const app = (name: string) =>
      ({
        kind: 'mapproxy',
        file: join(folder, 'mapproxy.yaml'),
        hooks: { intercept: { file: join(folder, `${name}.mjs`) } },
      }) as const;
    const mounts = ['one', 'two'].map((name) => ({ path: `/${name}`, app: app(name) }));
    const opened = await openApplication({ kind: 'mounts', mounts });
    test.after(() => opened.close());
    for (const name of ['one', 'two']) assert.equal((await opened.application(fakeRequest(`/${name}/`))).body, name);
  });
});

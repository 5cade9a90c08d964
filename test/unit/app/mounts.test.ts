import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mountApplications } from '../../../src/app/mounts.ts';
import type { Application } from '../../../src/http/application.ts';
import { textResponse } from '../../../src/http/response.ts';
import { fakeRequest } from '../../support/fake-request.ts';

const tell =
  (name: string): Application =>
  (request) =>
    textResponse(200, `${name} ${request.scriptName}|${request.pathInfo}`);

async function ask(mounts: Record<string, string>, path: string): Promise<string> {
  const application = mountApplications(new Map(Object.entries(mounts).map(([mount, name]) => [mount, tell(name)])));
  const { status, body } = await application(fakeRequest(path, { mount: '/outer' }));
  return status === 200 ? String(body) : String(status);
}

describe('mountApplications', () => {
  const mounts = { '/osm': 'osm', '/osm/berlin/': 'berlin', all: 'all' };
  const cases: [string, string][] = [
    ['/osm/tms/', 'osm /outer/osm|/tms/'],
    ['/osm', 'osm /outer/osm|'],
    ['/osm/berlin/x', 'berlin /outer/osm/berlin|/x'],
    ['/osm/berlin', 'berlin /outer/osm/berlin|'],
    ['/osm/berliner', 'osm /outer/osm|/berliner'],
    ['/all/', 'all /outer/all|/'],
    ['/osmosis', '404'],
    ['/', '404'],
    ['', '404'],
    ['//osm', '404'],
  ];
  for (const [path, expected] of cases) {
    it(`${JSON.stringify(path)}: ${expected}`, async () => assert.equal(await ask(mounts, path), expected));
  }

  it('gives the rest to an application at the root', async () => {
    assert.equal(await ask({ ...mounts, '/': 'root' }, '/other'), 'root /outer|/other');
    assert.equal(await ask({ ...mounts, '/': 'root' }, '/osm/x'), 'osm /outer/osm|/x');
  });
});

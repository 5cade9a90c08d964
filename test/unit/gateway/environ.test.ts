import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { deriveTarget, type TargetRule } from '../../../src/gateway/environ.ts';

interface Front {
  front: string;
  mount: string;
  requests: { params: [string, string][] }[];
}

const FRONTS: Record<string, Front> = JSON.parse(
  readFileSync(new URL('../../fixtures/fronts.json', import.meta.url), 'utf8'),
);
const PATHS = [
  '/',
  '/demo/',
  '/tms/1.0.0/osm/GLOBAL_WEBMERCATOR/0/0/0.png',
  '/tms/1.0.0/two words/GLOBAL_WEBMERCATOR/0/0/0.png',
  '/no/such/path',
];
const ROUTES = new Set(['service', 'ows', 'tms', 'tiles', 'wmts', 'demo']);

/** Fronts that hide the mount: they need the `mount` option (conf-examples/README.md). */
const NEED_MOUNT = new Set(['nginx-nosplit', 'h2o', 'lighttpd-root-plain']);

function target(pairs: [string, string][], rule: TargetRule = {}) {
  const variables = new Map(pairs);
  return deriveTarget((name) => variables.get(name), { routes: ROUTES, ...rule });
}

describe('SCRIPT_NAME and PATH_INFO as captured from real web servers', () => {
  for (const [name, { front, mount, requests }] of Object.entries(FRONTS)) {
    const configured = NEED_MOUNT.has(name) ? { mount: mount === '' ? '/' : mount } : {};
    it(`${name}: ${front}`, () => {
      for (const [index, { params }] of requests.entries()) {
        const { scriptName, pathInfo } = target(params, configured);
        assert.deepEqual({ scriptName, pathInfo }, { scriptName: mount, pathInfo: PATHS[index] });
      }
    });
    it(`${name}, with the mount option`, () => {
      for (const [index, { params }] of requests.entries()) {
        const { scriptName, pathInfo } = target(params, { mount: mount === '' ? '/' : mount });
        assert.deepEqual({ scriptName, pathInfo }, { scriptName: mount, pathInfo: PATHS[index] });
      }
    });
  }

  it('finds the mount of a whole path in front of the first route', () => {
    const { params } = FRONTS['nginx-nosplit']?.requests[2] ?? { params: [] };
    const { scriptName, pathInfo } = target(params);
    assert.deepEqual({ scriptName, pathInfo }, { scriptName: '/mapproxy', pathInfo: PATHS[2] });
  });
});

describe('deriveTarget', () => {
  const cases: { title: string; variables: Record<string, string>; rule?: TargetRule; expect: [string, string] }[] = [
    {
      title: 'keeps a literal percent sign that the client escaped',
      variables: { SCRIPT_NAME: '/m', PATH_INFO: '/a%20b', REQUEST_URI: '/m/a%2520b' },
      expect: ['/m', '/a%20b'],
    },
    {
      title: 'decodes a path that was left encoded',
      variables: { SCRIPT_NAME: '/m', PATH_INFO: '/a%20b%25', REQUEST_URI: '/m/a%20b%25?x=%20' },
      expect: ['/m', '/a b%'],
    },
    {
      title: 'decodes a path that the web server escaped anew',
      variables: { SCRIPT_NAME: '/m', PATH_INFO: '/a%2Bb', REQUEST_URI: '/m/a+b' },
      expect: ['/m', '/a+b'],
    },
    {
      title: 'trusts the variables after an internal rewrite',
      variables: { SCRIPT_NAME: '/m', PATH_INFO: '/tms/', REQUEST_URI: '/old/tms/' },
      expect: ['/m', '/tms/'],
    },
    {
      title: 'trusts the variables where the web server merged slashes',
      variables: { SCRIPT_NAME: '/m', PATH_INFO: '/tms/', REQUEST_URI: '/m//tms/' },
      expect: ['/m', '/tms/'],
    },
    {
      title: 'takes a present but empty PATH_INFO for the mount itself',
      variables: { SCRIPT_NAME: '/m', PATH_INFO: '', REQUEST_URI: '/m' },
      expect: ['/m', ''],
    },
    {
      title: 'reads UTF-8 and, where it is none, Latin-1',
      variables: { REQUEST_URI: '/%C3%A9/%E9' },
      expect: ['', '/Ã©/é'],
    },
    {
      title: 'reads the absolute form of a request target',
      variables: { REQUEST_URI: 'http://maps.example/m/tms/?a=b' },
      expect: ['/m', '/tms/'],
    },
    {
      title: 'APP-09: X-Script-Name replaces the mount',
      variables: { SCRIPT_NAME: '/m', PATH_INFO: '/tms/', REQUEST_URI: '/m/tms/', HTTP_X_SCRIPT_NAME: '/outer/' },
      expect: ['/outer', '/tms/'],
    },
    {
      title: 'APP-09: X-Script-Name is taken off the path',
      variables: { SCRIPT_NAME: '', PATH_INFO: '/m/tms/', REQUEST_URI: '/m/tms/', HTTP_X_SCRIPT_NAME: '/m' },
      expect: ['/m', '/tms/'],
    },
    {
      title: 'SEC-03: markup in X-Script-Name stays text in the mount',
      variables: { SCRIPT_NAME: '', PATH_INFO: '/tms/', REQUEST_URI: '/tms/', HTTP_X_SCRIPT_NAME: '/"><script>' },
      expect: ['/"><script>', '/tms/'],
    },
    {
      title: 'APP-09: X-Script-Name leaves a path that only begins alike',
      variables: { SCRIPT_NAME: '', PATH_INFO: '/maps/tms/', REQUEST_URI: '/maps/tms/', HTTP_X_SCRIPT_NAME: '/m' },
      expect: ['/m', '/maps/tms/'],
    },
    {
      title: 'a mount option counts over what the web server says',
      variables: { SCRIPT_NAME: '/wrong', PATH_INFO: '/tms/', REQUEST_URI: '/m/tms/' },
      rule: { mount: '/m/' },
      expect: ['/m', '/tms/'],
    },
    {
      title: 'a path outside of the mount option stays whole',
      variables: { SCRIPT_NAME: '', PATH_INFO: '/other', REQUEST_URI: '/other' },
      rule: { mount: '/m' },
      expect: ['/m', '/other'],
    },
    {
      title: 'finds the path of a plain ProxyPass to SCGI in the proxied name',
      variables: {
        SCRIPT_NAME: '/m/tms/two words/',
        SCRIPT_FILENAME: 'proxy:scgi://127.0.0.1:9000/tms/two%20words/',
        REQUEST_URI: '/m/tms/two%20words/?a=b',
      },
      expect: ['/m', '/tms/two words/'],
    },
    { title: 'no variables at all are the root', variables: {}, expect: ['', '/'] },
  ];
  for (const { title, variables, rule, expect } of cases) {
    it(title, () => {
      const { scriptName, pathInfo } = target(Object.entries(variables), rule);
      assert.deepEqual([scriptName, pathInfo], expect);
    });
  }

  it('takes the query from REQUEST_URI where QUERY_STRING is missing', () => {
    assert.equal(target([['REQUEST_URI', '/a?b=c?d']]).queryString, 'b=c?d');
    assert.equal(
      target([
        ['QUERY_STRING', 'x=1'],
        ['REQUEST_URI', '/a?b=c'],
      ]).queryString,
      'x=1',
    );
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isSecretName, redactLine, redactUrl } from '../../../../src/app/debug/redact.ts';

const LINES: readonly (readonly [title: string, line: string, shown: string])[] = [
  ['an option of its own line', '  password: "hunter2"', '  password: (hidden)'],
  [
    'an option among others',
    "http: {username: ada, password: 'a b', method: GET}",
    'http: {username: ada, password: (hidden), method: GET}',
  ],
  ['an option that is part of a longer name', 'aws_secret_access_key: abc', 'aws_secret_access_key: (hidden)'],
  ['a text of a program', "const apiKey = 'abc';", 'const apiKey = (hidden);'],
  ['a password in a URL', 'url: http://ada:pw@maps.example/wms', 'url: http://(hidden)@maps.example/wms'],
  [
    'a parameter of a URL',
    'url: http://maps.example/wms?token=abc&layers=x',
    'url: http://maps.example/wms?token=(hidden)&layers=x',
  ],
];

const PLAIN: readonly string[] = [
  'const token = request.header(name);',
  '  - {name: streets, title: Streets, sources: [osm]}',
  'url: http://maps.example/wms?layers=x',
];

describe('secrets in pages for developers', () => {
  for (const [title, line, shown] of LINES) it(`hides ${title}`, () => assert.equal(redactLine(line), shown));
  for (const line of PLAIN) it(`leaves ${line.trim()}`, () => assert.equal(redactLine(line), line));

  it('hides parameters of a request target by their names', () => {
    assert.equal(
      redactUrl('/wms?KEY=1&keys=2&sessionId=3&layers=4'),
      '/wms?KEY=(hidden)&keys=2&sessionId=(hidden)&layers=4',
    );
  });

  it('knows the header fields that hold secrets', () => {
    const names = ['HTTP_AUTHORIZATION', 'HTTP_COOKIE', 'HTTP_X_API_KEY', 'HTTP_ACCEPT', 'HTTP_HOST'];
    assert.deepEqual(names.map(isSecretName), [true, true, true, false, false]);
  });
});

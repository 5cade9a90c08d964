import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { loadConfiguration } from '../../../src/config/index.ts';
import { redacted } from '../../../src/config/redacted.ts';
import { configureLogging } from '../../../src/log.ts';
import { folderWith } from '../../support/temporary.ts';

const HIDDEN = '(hidden)';

describe('CFG-16 FIX: the configuration in the log', () => {
  const cases = [
    ['passwords by their names', { password: 'a', user: 'b' }, { password: HIDDEN, user: 'b' }],
    ['keys and tokens', { access_key: 1, token: ['a', 'b'] }, { access_key: HIDDEN, token: [HIDDEN, HIDDEN] }],
    ['what connects to a storage', { connection_string: 'AccountKey=x' }, { connection_string: HIDDEN }],
    ['all header fields', { headers: { 'X-Mine': 'a' } }, { headers: { 'X-Mine': HIDDEN } }],
    ['passwords in URLs', ['http://me:pass@maps.example/'], [`http://${HIDDEN}@maps.example/`]],
    ['keys in queries', { url: 'http://m.example/?a=1&apikey=x' }, { url: `http://m.example/?a=1&apikey=${HIDDEN}` }],
    ['nothing else', { layers: [{ name: 'a', n: 1, x: null, on: true }] }, undefined],
  ] as const;
  for (const [title, value, expected] of cases) {
    it(`hides ${title}`, () => assert.deepEqual(redacted(value), expected ?? value));
  }

  it('is written at level debug, whole, with its base files, and without what is secret', async (t) => {
    const base = 'sources: {s: {type: wms, req: {url: "http://me:s3cret@localhost/"}, http: {headers: {Key: s3cret}}}}';
    const folder = await folderWith(t, {
      'base.yaml': base,
      'mapproxy.yaml': 'base: base.yaml\nservices: {wms: {md: {title: Mine}}}\n',
    });
    const file = join(folder, 'log');
    configureLogging({ level: 'debug', file, format: 'json' });
    t.after(() => configureLogging({ level: 'info', file: null, format: null }));
    await loadConfiguration(join(folder, 'mapproxy.yaml'));
    const text = await readFile(file, 'utf8');
    assert.match(text, /"configuration":\{.*"title":"Mine"/);
    assert.match(text, /"url":"http:\/\/\(hidden\)@localhost\/"/);
    assert.doesNotMatch(text, /s3cret/);
  });
});

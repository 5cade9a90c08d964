import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { createFromTemplate } from '../../../src/deploy/create.ts';
import { temporaryFolder } from '../../support/temporary.ts';

async function stageOf(t: TestContext) {
  const folder = await temporaryFolder(t);
  return { folder, at: (...names: string[]) => path.join(folder, ...names) };
}

test('UTIL-02: app writes a script that finds the configuration from where it lies', async (t) => {
  const { at } = await stageOf(t);
  const options = { destination: at('deep/er/server.mjs'), mapproxyConf: at("it's mine.yaml") };
  assert.deepEqual(createFromTemplate('app', options, false), [options.destination]);
  const found = /new URL\('([^']+)', import\.meta\.url\)/.exec(readFileSync(options.destination, 'utf8'));
  assert.equal(found?.[1], '../../it%27s%20mine.yaml');
});

test('UTIL-02: a file that is there stays, unless it is to be written over', async (t) => {
  const { at } = await stageOf(t);
  const options = { destination: at('server.mjs'), mapproxyConf: at('mapproxy.yaml') };
  writeFileSync(options.destination, 'mine');
  assert.throws(() => createFromTemplate('app', options, false), /server\.mjs: is there already; --force/);
  assert.equal(readFileSync(options.destination, 'utf8'), 'mine');
  createFromTemplate('app', options, true);
  assert.match(readFileSync(options.destination, 'utf8'), /makeApp/);
});

const REFUSED = [
  { title: 'an unknown template', name: 'ap', says: /no template 'ap'; there are: .*app/ },
  { title: 'no configuration', name: 'app', destination: 'server.mjs', says: /-f mapproxy\.yaml/ },
  {
    title: 'a name that is no module',
    name: 'app',
    conf: 'a.yaml',
    destination: 'config.py',
    says: /config\.py.*\.mjs/,
  },
];

for (const { title, name, conf, destination = 'server.mjs', says } of REFUSED) {
  test(`UTIL-02: ${title} is refused, and nothing written`, async (t) => {
    const { at } = await stageOf(t);
    const options = { destination: at(destination), mapproxyConf: conf === undefined ? undefined : at(conf) };
    assert.throws(() => createFromTemplate(name, options, false), says);
    assert.equal(existsSync(options.destination), false);
  });
}

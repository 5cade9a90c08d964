import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { openPlugins } from '../../../src/app/plugins.ts';
import { configurationSchema } from '../../../src/config/json-schema.ts';
import { type Kinds, kindsWith } from '../../../src/config/kinds.ts';
import { Places } from '../../../src/config/places.ts';
import { parseYaml } from '../../../src/config/yaml.ts';

const examples = fileURLToPath(new URL('../../../conf-examples', import.meta.url));
const templates = fileURLToPath(new URL('../../../src/deploy/templates', import.meta.url));

function configurationsBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /^(?:mapproxy|full_example)\.yaml$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

describe('the JSON Schema of mapproxy.yaml', () => {
  const compile = (kinds?: Kinds) => new Ajv2020({ strict: false }).compile(configurationSchema(kinds));
  const validate = compile();

  const check = (text: string, by = validate) => (by(parseYaml(text, 'mapproxy.yaml', new Places())) ? [] : by.errors);

  it('CFG-12: knows the kinds of plugins that it is made with', async () => {
    const folder = join(examples, 'plugins');
    const plugins = await openPlugins(['chessboard.mjs', 'nearest.mjs'].map((name) => ({ file: join(folder, name) })));
    const withPlugins = compile(kindsWith(plugins));
    const text = readFileSync(join(folder, 'mapproxy.yaml'), 'utf8');
    assert.deepEqual(check(text, withPlugins), []);
    assert.notDeepEqual(check(text.replace('field: 10', 'field: wide'), withPlugins), []);
    assert.notDeepEqual(check(text), []);
  });

  const plain = configurationsBelow(examples).filter((file) => !file.includes('/plugins/'));
  for (const file of [...plain, ...configurationsBelow(templates)]) {
    it(`takes ${file.slice(file.lastIndexOf('/', file.lastIndexOf('/') - 1) + 1)}`, () => {
      assert.deepEqual(check(readFileSync(file, 'utf8')), []);
    });
  }

  it('takes what the check takes: empty services, unknown keys, later kinds', () => {
    assert.deepEqual(
      check('services: {tms: , wms: {nonsense: 1}}\nsources: {a: {type: debug}}\ncaches: {c: {sources: [a]}}\n'),
      [],
    );
  });

  for (const [what, text] of [
    ['a number for text', 'globals: {http: {method: 5}}'],
    ['a word that is none of the words', 'globals: {image: {resampling_method: cubic}}'],
    ['a source without a kind', 'sources: {a: {req: {url: x}}}'],
    ['a WMS without an address', 'sources: {a: {type: wms, req: {layers: x}}}'],
    ['a store of no kind', 'caches: {c: {sources: [], cache: {type: floppy}}}'],
    ['a coverage that is a list', 'sources: {a: {type: debug, coverage: []}}'],
    ['a layer deep in the tree without a list', 'layers: [{title: a, layers: [{title: b, sources: c}]}]'],
  ] as const) {
    it(`refuses ${what}`, () => {
      assert.notDeepEqual(check(text), []);
    });
  }
});

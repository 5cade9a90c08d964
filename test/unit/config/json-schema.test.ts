import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { configurationSchema } from '../../../src/config/json-schema.ts';
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
  const validate = new Ajv2020({ strict: false }).compile(configurationSchema());

  const check = (text: string) => (validate(parseYaml(text, 'mapproxy.yaml', new Places())) ? [] : validate.errors);

  for (const file of [...configurationsBelow(examples), ...configurationsBelow(templates)]) {
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

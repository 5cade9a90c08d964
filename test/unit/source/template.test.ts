import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigError } from '../../../src/http/errors.ts';
import { PrintfTemplate } from '../../../src/source/tile/template.ts';

/** As `'...' % {'n': value}` in Python prints it. */
const CONVERSIONS: readonly [template: string, value: number | string, text: string][] = [
  ['%(n)s', 7, '7'],
  ['%(n)d', 7, '7'],
  ['%(n)i', 7.9, '7'],
  ['%(n)05d', 42, '00042'],
  ['%(n)5d|', 42, '   42|'],
  ['%(n)-5d|', 42, '42   |'],
  ['%(n)+d', 42, '+42'],
  ['%(n)05d', -42, '-0042'],
  ['%(n)x', 255, 'ff'],
  ['%(n)X', 255, 'FF'],
  ['%(n)#x', 255, '0xff'],
  ['%(n)08x', 255, '000000ff'],
  ['%(n)o', 8, '10'],
  ['%(n).2f', 1.005, '1.00'],
  ['%(n)f', 1.5, '1.500000'],
  ['%(n)4s|', 'a', '   a|'],
  ['100%%', 0, '100%'],
];

describe('printf templates', () => {
  for (const [template, value, text] of CONVERSIONS) {
    it(`TRAP-03: ${template} of ${value} is ${text}`, () => {
      assert.equal(new PrintfTemplate(template, ['n']).format({ n: value }), text);
    });
  }

  for (const template of ['%(m)s', '%(n)q', '50%', '%s', '%(n)']) {
    it(`TRAP-03: ${template} is refused`, () => {
      assert.throws(() => new PrintfTemplate(template, ['n']), ConfigError);
    });
  }
});

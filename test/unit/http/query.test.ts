import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { missingParameters, parseQuery } from '../../../src/http/query.ts';

describe('parseQuery', () => {
  const cases = [
    ['APP-11: takes names in any case', 'SERVICE=WMS&Request=GetMap', { service: 'WMS', request: 'GetMap' }],
    ['APP-11: joins repeated names by a comma', 'layers=a&LAYERS=b', { layers: 'a,b' }],
    ['APP-11: keeps blank values', 'styles=&x', { styles: '', x: '' }],
    ['decodes escapes and plus signs', 'a=%C3%A4+b%2Bc', { a: 'ä b+c' }],
    ['reads broken escapes as far as they go', 'a=%zz&b=%FF', { a: '%zz', b: '\ufffd' }],
    ['keeps a question mark that is part of a name', '?a=1', { '?a': '1' }],
    ['reads nothing from nothing', '', {}],
  ] as const;
  for (const [title, text, expected] of cases) {
    it(title, () => assert.deepEqual(Object.fromEntries(parseQuery(text)), expected));
  }
});

describe('missingParameters', () => {
  it('WMS-16: names what is missing as MapProxy prints it', () => {
    assert.equal(missingParameters(parseQuery('b=1'), ['a', 'b', 'c']), "missing parameters ['a', 'c']");
  });

  it('is undefined when nothing is missing', () => {
    assert.equal(missingParameters(parseQuery('a='), ['a']), undefined);
  });
});

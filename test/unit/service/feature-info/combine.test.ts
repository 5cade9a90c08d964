import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { combineInfos } from '../../../../src/service/feature-info/combine.ts';

function combined(...documents: readonly (readonly [type: string, body: string | Buffer])[]) {
  const found = combineInfos(documents.map(([contentType, body]) => ({ contentType, body: Buffer.from(body) })));
  return found && [found.type, found.body.toString()];
}

describe('feature info of several sources', () => {
  it('WMS-39: one document stays as it is', () => {
    assert.deepEqual(combined(['text/xml', '<a >1</a >']), ['xml', '<a >1</a >']);
  });

  it('WMS-39: text is joined by a line break', () => {
    assert.deepEqual(combined(['text/plain', 'one'], ['text/plain', 'two']), ['text', 'one\ntwo']);
  });

  it('WMS-39: children of later roots are put into the first', () => {
    const found = combined(
      ['text/xml', '<a><b/></a>'],
      ['application/vnd.ogc.gml', '<c><d/>e</c>'],
      ['text/xml', '<f/>'],
    );
    assert.deepEqual(found, ['xml', '<a><b/><d/>e</a>']);
  });

  it('WMS-39: namespaces of later roots come along', () => {
    const found = combined(['text/xml', '<a/>'], ['text/xml', '<x:c xmlns:x="urn:x"><x:d/></x:c>']);
    assert.deepEqual(found, ['xml', '<a><x:d xmlns:x="urn:x"/></a>']);
  });

  it('WMS-39: XML is read in the encoding that it declares', () => {
    const latin = Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><c>\u00fc</c>', 'latin1');
    assert.deepEqual(combined(['text/xml', '<a/>'], ['text/xml', latin]), ['xml', '<a>\u00fc</a>']);
  });

  it('WMS-39: broken XML is left out', () => {
    assert.deepEqual(combined(['text/xml', '<a>'], ['text/xml', '<c><d/></c>']), ['xml', '<c><d/></c>']);
    assert.equal(combined(['text/xml', '<a>'], ['text/xml', '']), undefined);
  });

  it('entities that grow without end are broken XML', () => {
    const names = 'abcdefghij'.split('');
    const entities = names.map(
      (name, at) => `<!ENTITY ${name} "${at === 0 ? 'x'.repeat(100) : `&${names[at - 1]};`.repeat(20)}">`,
    );
    const bomb = `<!DOCTYPE r [${entities.join('')}]><r>&j;</r>`;
    assert.deepEqual(combined(['text/xml', '<a/>'], ['text/xml', bomb]), ['xml', '<a/>']);
  });

  it('WMS-39: bodies of HTML follow each other', () => {
    const found = combined(['text/html', '<html><head></head><body><p>1</p></body></html>'], ['text/html', '<p>2<p>3']);
    assert.deepEqual(found, ['html', '<html><head></head><body><p>1</p><p>2</p><p>3</p></body></html>']);
  });

  it('WMS-39: JSON is merged name by name, lists put after each other', () => {
    const found = combined(
      ['application/json', '{"features":[1],"crs":{"a":1},"n":1}'],
      ['application/json; charset=utf-8', '{"features":[2],"crs":{"b":2},"n":2}'],
    );
    assert.deepEqual(found, ['json', '{"features":[1,2],"crs":{"a":1,"b":2},"n":2}']);
  });

  it('names of JSON are only names', () => {
    combined(['application/json', '{}'], ['application/json', '{"__proto__":{"polluted":true}}']);
    assert.equal('polluted' in {}, false);
  });

  it('WMS-39: broken JSON is left out', () => {
    assert.deepEqual(combined(['application/json', '{"a":1}'], ['application/json', '{']), ['json', '{"a":1}']);
  });

  it('WMS-39: documents of different types are text', () => {
    assert.deepEqual(combined(['text/xml', '<a/>'], ['text/plain', 'b']), ['text', '<a/>\nb']);
  });

  it('nothing is nothing', () => {
    assert.equal(combined(), undefined);
  });
});

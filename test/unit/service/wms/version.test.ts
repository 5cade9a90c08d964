import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { negotiateVersion, WMS_VERSIONS, type WmsVersion } from '../../../../src/service/wms/version.ts';

describe('negotiateVersion', () => {
  const cases: readonly (readonly [title: string, asked: string | undefined, answer: WmsVersion])[] = [
    ['none asked for: the highest', undefined, '1.3.0'],
    ['one that is there', '1.1.1', '1.1.1'],
    ['below the lowest', '0.9', '1.0.0'],
    ['above the highest', '2.0.0', '1.3.0'],
    ['between two: the next lower', '1.1.5', '1.1.1'],
    ['between two by its second part', '1.2', '1.1.1'],
    ['a short number', '1', '1.0.0'],
    ['FIX: no number is as none, not 500 as in MapProxy', 'abc', '1.3.0'],
    ['FIX: empty is as none', '', '1.3.0'],
    ['FIX: a number with a tail is as none', '1.1.1x', '1.3.0'],
  ];
  for (const [title, asked, answer] of cases) {
    it(`WMS-02: ${title}`, () => assert.equal(negotiateVersion(asked, WMS_VERSIONS), answer));
  }

  it('WMS-01: answers among the versions offered', () => {
    assert.equal(negotiateVersion('1.3.0', ['1.0.0', '1.1.1']), '1.1.1');
    assert.equal(negotiateVersion('1.0.0', ['1.1.1', '1.3.0']), '1.1.1');
  });
});

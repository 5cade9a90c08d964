import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { timeValues } from '../../../src/config/build/time-range.ts';

describe('values of a time dimension', () => {
  const ranges = [
    ['2020-08-25T00:00:00Z', ['2020-08-25T00:00:00Z']],
    [
      '2020-08-25T00:00:00Z/2020-08-25T06:00:00Z/PT3H',
      ['2020-08-25T00:00:00Z', '2020-08-25T03:00:00Z', '2020-08-25T06:00:00Z'],
    ],
    ['2012-11-12/2012-11-14/P1D', ['2012-11-12', '2012-11-13', '2012-11-14']],
    ['2020-08-25T00:00:00Z/PT3H', ['2020-08-25T00:00:00Z', '2020-08-25T03:00:00Z']],
    ['2020-01-31/2020-04-30/P1M', ['2020-01-31', '2020-02-29', '2020-03-31', '2020-04-30']],
    ['2019/2021/P1Y', ['2019', '2020', '2021']],
    ['2020-03-28T00:00:00Z/2020-03-30T00:00:00Z/P1DT12H', ['2020-03-28T00:00:00Z', '2020-03-29T12:00:00Z']],
    ['2020-01-01/2020-01-20/P2W', ['2020-01-01', '2020-01-15']],
  ] as const;
  for (const [text, values] of ranges) {
    it(`LYR-11: ${text}`, () => {
      assert.deepEqual(timeValues(text), values);
    });
  }

  const wrong = [
    ['no period', '2020-01-01/2020-01-02', /is no time range/],
    ['a period of nothing', '2020-01-01/2020-01-02/P0D', /is no time range/],
    ['no time', 'yesterday/2020-01-02/P1D', /is no time range/],
    ['a part too much', '2020-01-01/2020-01-02/P1D/x', /is no time range/],
    ['an end before the start', '2020-01-02/2020-01-01/P1D', /ends before it starts/],
    ['seconds of a century', '1900-01-01/2000-01-01/PT1S', /more than 10000 values/],
  ] as const;
  for (const [title, text, message] of wrong) {
    it(`LYR-11: ${title} is an error`, () => {
      assert.throws(() => timeValues(text), message);
    });
  }
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createResponder, DEFAULT_LIMITS, type Limits, resolveLimits } from '@mapgate/fastcgi-kit';

describe('resolveLimits', () => {
  test('without a word the defaults hold', () => {
    assert.deepEqual(resolveLimits(), DEFAULT_LIMITS);
  });

  test('what is given replaces its default alone', () => {
    assert.deepEqual(resolveLimits({ paramsBytes: 5 }), { ...DEFAULT_LIMITS, paramsBytes: 5 });
  });

  test('0 lifts times and connections', () => {
    const none = { connections: 0, headerTimeout: 0, idleTimeout: 0, writeTimeout: 0, bodyTimeout: 0 };
    assert.deepEqual(resolveLimits(none), { ...DEFAULT_LIMITS, ...none });
  });

  const wrong: Partial<Limits>[] = [
    { paramsBytes: 0 },
    { paramsPairs: 1.5 },
    { stdinWindow: -1 },
    { requestsPerConnection: 65_536 },
    { idleTimeout: Number.NaN },
    { headerTimeout: Number.POSITIVE_INFINITY },
  ];
  for (const limits of wrong) {
    const [[name, value] = ['', 0]] = Object.entries(limits);
    test(`${name} of ${value} is refused by name and value`, () => {
      assert.throws(() => resolveLimits(limits), {
        name: 'RangeError',
        message: new RegExp(`limits\\.${name} .*${value}`),
      });
    });
  }

  test('an unknown limit is refused by name', () => {
    const mistyped: object = { paramBytes: 1 };
    assert.throws(() => resolveLimits(mistyped), { name: 'TypeError', message: /limits\.paramBytes/ });
  });

  test('a responder refuses wrong limits before it listens', () => {
    assert.throws(() => createResponder({ onRequest: () => {}, limits: { stdinBytes: -1 } }), RangeError);
  });
});

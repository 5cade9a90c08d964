import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { evaluate } from '../../../../src/app/debug/evaluation.ts';

describe('the console', () => {
  it('evaluates with the names of the scope', async () => {
    const answer = await evaluate('request.path.length', { request: { path: '/tms' } });
    assert.deepEqual(answer, { text: '4', threw: false });
  });

  it('keeps what was assigned for the next line, and out of the globals', async () => {
    const scope = {};
    await evaluate('found = [1, 2]', scope);
    assert.equal((await evaluate('found.length', scope)).text, '2');
    assert.equal('found' in globalThis, false);
  });

  it('takes statements and waits for promises', async () => {
    const answer = await evaluate('if (true) Promise.resolve({ a: 1 }); else 2', {});
    assert.deepEqual(answer, { text: '{ a: 1 }', threw: false });
  });

  it('tells errors, of names that nothing has too', async () => {
    assert.deepEqual(await evaluate('nothing + 1', {}), {
      text: 'ReferenceError: nothing is not defined',
      threw: true,
    });
    assert.deepEqual(await evaluate('Promise.reject(new TypeError("no"))', {}), { text: 'TypeError: no', threw: true });
    assert.equal((await evaluate('}{', {})).threw, true);
  });
});

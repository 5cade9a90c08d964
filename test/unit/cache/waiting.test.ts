import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SingleFlight } from '../../../src/cache/single-flight.ts';
import { waitingCounts, waitingFor, waitsOf } from '../../../src/waiting.ts';
import { deferred } from '../../support/deferred.ts';

describe('what a request waits for', () => {
  it('is told until it is there, and counted', async () => {
    const { signal } = new AbortController();
    const answer = deferred<string>();
    const before = waitingCounts().source;
    const waiting = waitingFor(signal, 'source', 'example.org', answer.promise);
    assert.match(waitsOf(signal).join(), /^source example\.org \d+ ms$/);
    assert.equal(waitingCounts().source, before + 1);
    answer.resolve('map');
    assert.equal(await waiting, 'map');
    assert.deepEqual(waitsOf(signal), []);
    assert.equal(waitingCounts().source, before);
  });

  it('is told of all the work that it shares with others, as long as it does', async () => {
    const flights = new SingleFlight<void>();
    const { signal } = new AbortController();
    const works = [deferred<void>(), deferred<void>()];
    const phases = ['drawing', 'lock'] as const;
    const runs = works.map(({ promise }, index) =>
      flights.run(String(index), signal, (own) => waitingFor(own, phases[index] ?? 'store', '', promise)),
    );
    const told = () => waitsOf(signal).map((wait) => wait.replace(/ \d+ ms$/, ''));
    assert.deepEqual(told(), ['drawing', 'the lock of a tile of cache']);
    works[0]?.resolve();
    await runs[0];
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(told(), ['the lock of a tile of cache']);
    works[1]?.resolve();
    await runs[1];
  });
});

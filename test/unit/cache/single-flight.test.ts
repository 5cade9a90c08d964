import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SingleFlight } from '../../../src/cache/single-flight.ts';

const never = new AbortController().signal;

/** Work that ends when it is told to. */
function gate<Result>() {
  let open: (value: Result) => void = () => {};
  const result = new Promise<Result>((resolve) => {
    open = resolve;
  });
  return { open: (value: Result) => open(value), result };
}

describe('single flight', () => {
  it('shares work of the same key', async () => {
    const flights = new SingleFlight<number>();
    const { open, result } = gate<number>();
    let started = 0;
    const work = () => {
      started++;
      return result;
    };
    const all = Promise.all([flights.run('a', never, work), flights.run('a', never, work)]);
    open(7);
    assert.deepEqual(await all, [7, 7]);
    assert.equal(started, 1);
  });

  it('does not share with another key, nor with what came before', async () => {
    const flights = new SingleFlight<number>();
    let started = 0;
    const work = async () => ++started;
    assert.deepEqual(await Promise.all([flights.run('a', never, work), flights.run('b', never, work)]), [1, 2]);
    assert.equal(await flights.run('a', never, work), 3);
  });

  it('lets one client wait for many works without a warning of Node', async () => {
    const flights = new SingleFlight<number>();
    const { signal } = new AbortController();
    const warnings: Error[] = [];
    const keep = (warning: Error) => warnings.push(warning);
    process.on('warning', keep);
    await Promise.all(Array.from({ length: 30 }, (_, at) => flights.run(`${at}`, signal, async () => at)));
    await new Promise(setImmediate);
    process.off('warning', keep);
    assert.deepEqual(warnings, []);
  });

  it('shares a failure, and forgets it', async () => {
    const flights = new SingleFlight<number>();
    const fail = async () => {
      throw new Error('no');
    };
    await assert.rejects(flights.run('a', never, fail), /no/);
    assert.equal(await flights.run('a', never, async () => 1), 1);
  });

  it('goes on while one still waits', async () => {
    const flights = new SingleFlight<number>();
    const { open, result } = gate<number>();
    const leaver = new AbortController();
    const left = flights.run('a', leaver.signal, () => result);
    const stayed = flights.run('a', never, () => result);
    leaver.abort(new Error('gone'));
    await assert.rejects(left, /gone/);
    open(7);
    assert.equal(await stayed, 7);
  });

  it('aborts the work when nobody waits, and starts anew for the next', async () => {
    const flights = new SingleFlight<number>();
    const leaver = new AbortController();
    let aborted = false;
    const left = flights.run('a', leaver.signal, (signal) => {
      signal.addEventListener('abort', () => {
        aborted = true;
      });
      return new Promise<number>(() => {});
    });
    leaver.abort(new Error('gone'));
    await assert.rejects(left, /gone/);
    assert.ok(aborted);
    assert.equal(await flights.run('a', never, async () => 2), 2);
  });

  it('lets any number of pieces of the work listen, without a warning of a leak', async (t) => {
    const warnings: string[] = [];
    const note = ({ message }: Error): unknown => warnings.push(message);
    process.on('warning', note);
    t.after(() => process.off('warning', note));
    await new SingleFlight<void>().run('a', never, async (signal) => {
      for (let count = 0; count < 50; count++) signal.addEventListener('abort', () => {});
    });
    await new Promise(setImmediate);
    assert.deepEqual(warnings, []);
  });

  it('does not start for who is gone already', async () => {
    const flights = new SingleFlight<number>();
    await assert.rejects(
      flights.run('a', AbortSignal.abort(new Error('gone')), () => assert.fail('started')),
      /gone/,
    );
  });
});

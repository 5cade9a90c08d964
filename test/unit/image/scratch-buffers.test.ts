import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ScratchBuffers, scratch, withScratch } from '../../../src/image/scratch-buffers.ts';

const MEBIBYTE = 1024 * 1024;

describe('scratch buffers', () => {
  it('what was given back is taken again, by one at a time', () => {
    const scratch = new ScratchBuffers();
    const [one, other] = [scratch.take(100), scratch.take(100)];
    assert.notEqual(one, other);
    scratch.giveBack(one);
    assert.equal(scratch.take(50), one);
    assert.notEqual(scratch.take(50), one);
  });

  it('none is too small', () => {
    const scratch = new ScratchBuffers();
    scratch.giveBack(scratch.take(100));
    assert.ok(scratch.take(101).length >= 101);
  });

  it('a large one is left to who needs it', () => {
    const scratch = new ScratchBuffers();
    const large = scratch.take(MEBIBYTE);
    scratch.giveBack(large);
    assert.notEqual(scratch.take(100), large);
    assert.equal(scratch.take(MEBIBYTE), large);
  });

  it('keeps no more than some megabytes, those that were given back last', () => {
    const scratch = new ScratchBuffers();
    const [first, second, third] = [
      scratch.take(9 * MEBIBYTE),
      scratch.take(8 * MEBIBYTE),
      scratch.take(17 * MEBIBYTE),
    ];
    scratch.giveBack(first);
    scratch.giveBack(second);
    assert.equal(scratch.take(8 * MEBIBYTE), second);
    assert.notEqual(scratch.take(9 * MEBIBYTE), first);
    scratch.giveBack(third);
    assert.notEqual(scratch.take(17 * MEBIBYTE), third);
  });

  it('one that is too large to be kept drives out no other', () => {
    const scratch = new ScratchBuffers();
    const [small, large] = [scratch.take(MEBIBYTE), scratch.take(17 * MEBIBYTE)];
    scratch.giveBack(small);
    scratch.giveBack(large);
    assert.equal(scratch.take(MEBIBYTE), small);
  });

  it('what work took is free again after it, but not after a failure: parts of it may still be running', async () => {
    const size = 3_000_001;
    const taken = await withScratch(async (allocate) => allocate(size));
    assert.equal(scratch.take(size), taken);
    let lost: Buffer | undefined;
    const failing = withScratch(async (allocate) => {
      lost = allocate(size);
      throw new Error('no');
    });
    await assert.rejects(failing, /no/);
    assert.notEqual(scratch.take(size), lost);
  });
});

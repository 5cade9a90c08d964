import { getHeapStatistics, setFlagsFromString } from 'node:v8';

/** Bytes that are allocated before the garbage collector goes through the whole heap: the pictures of about 20 maps. */
const ROOM = 96 * 2 ** 20;

/** Milliseconds between looks at the heap's size. */
const INTERVAL = 5_000;

/**
 * Has V8's garbage collector wait for some garbage before it goes through the whole heap.
 *
 * Pictures lie outside of the heap but count as if in it. Once a worker was idle for a minute, V8 lets its heap grow by no
 * more than a few maps' pictures, and goes through all of it several times a second for as long as there is load: maps
 * then cost twice the CPU time. V8 takes the growth as a share of the heap's size, so that is looked at time and again.
 */
export function leaveRoomInHeap(): void {
  leaveRoom();
  setInterval(leaveRoom, INTERVAL).unref();
}

function leaveRoom(): void {
  // V8 says so when it does not know a flag, and goes on without.
  setFlagsFromString(`--heap-growing-percent=${growthOf(getHeapStatistics().used_heap_size)}`);
}

/** @param used bytes @returns percent, at least 1: V8 takes 0 for its own choice */
export function growthOf(used: number): number {
  return Math.ceil((ROOM / used) * 100);
}

import { availableParallelism } from 'node:os';
import { type Transferable, Worker } from 'node:worker_threads';
import type { Raster } from '../contract.ts';
import type { Kernels } from '../kernels.ts';
import { blit, windowOf } from './blit.ts';
import type { TwinKernels } from './kernels.ts';

/** As many as libuv's pool has, which the native kernels share. */
const MAX_WORKERS = 4;

type Name = keyof TwinKernels;

interface Task {
  readonly name: Name;
  readonly args: readonly unknown[];
  readonly transfer: readonly Transferable[];
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** What a worker answers. */
export type Answer = { readonly result: unknown } | { readonly error: string };

const idle: Worker[] = [];
const busy = new Map<Worker, Task>();
const waiting: Task[] = [];

/** Runs a kernel on a worker thread; the bytes of its arguments are copied once. */
function run<N extends Name>(name: N, ...args: Parameters<TwinKernels[N]>): Promise<ReturnType<TwinKernels[N]>> {
  return new Promise((resolve, reject) => {
    const transfer: Transferable[] = [];
    const copies = args.map((arg) => compact(arg, transfer));
    const task = { name, args: copies, transfer, resolve: resolve as Task['resolve'], reject };
    const worker = idle.pop() ?? (busy.size < Math.min(MAX_WORKERS, availableParallelism()) ? start() : undefined);
    if (worker === undefined) waiting.push(task);
    else assign(worker, task);
  });
}

/** Copies of arrays without the rest of the memory that they may be a window of. */
function compact(value: unknown, transfer: Transferable[]): unknown {
  if (value instanceof Uint8Array) {
    const copy = Uint8Array.prototype.slice.call(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    transfer.push(copy.buffer as ArrayBuffer);
    return copy;
  }
  if (Array.isArray(value)) return value.map((item) => compact(item, transfer));
  if (typeof value !== 'object' || value === null || !('data' in value)) return value;
  return { ...value, data: compact(value.data, transfer) };
}

function start(): Worker {
  // Options of the program's own start, such as --eval's, are not for a worker.
  const worker = new Worker(new URL('./worker.js', import.meta.url), { execArgv: [] });
  worker.on('message', (answer: Answer) => {
    const task = busy.get(worker);
    busy.delete(worker);
    if ('error' in answer) task?.reject(new Error(answer.error));
    else task?.resolve(answer.result);
    const next = waiting.shift();
    if (next !== undefined) return assign(worker, next);
    // An idle worker does not keep the process running.
    worker.unref();
    idle.push(worker);
  });
  worker.on('error', (error) => lose(worker, error));
  worker.on('exit', (code) => lose(worker, new Error(`a worker of @mapgate/pixels ended with code ${code}`)));
  return worker;
}

function assign(worker: Worker, task: Task): void {
  busy.set(worker, task);
  worker.ref();
  worker.postMessage([task.name, task.args], task.transfer);
}

function lose(worker: Worker, error: Error): void {
  const at = idle.indexOf(worker);
  if (at !== -1) idle.splice(at, 1);
  busy.get(worker)?.reject(error);
  busy.delete(worker);
  const next = waiting.shift();
  if (next !== undefined) assign(start(), next);
}

/** The kernels in TypeScript, on worker threads that are started when they are needed. */
export const typescriptKernels: Kernels = {
  async blit(target: Raster, ...args) {
    target.data.set(await run('blit', target, ...args));
  },
  async composite(target: Raster, ...args) {
    target.data.set(await run('composite', target, ...args));
  },
  applyOpacity: (...args) => run('applyOpacity', ...args),
  transparentColor: (...args) => run('transparentColor', ...args),
  bandMerge: (...args) => run('bandMerge', ...args),
  maskByPolygon: (...args) => run('maskByPolygon', ...args),
  isSingleColor: (...args) => run('isSingleColor', ...args),
  hasAlpha: (...args) => run('hasAlpha', ...args),
  warp: (...args) => run('warp', ...args),
  quantise: (...args) => run('quantise', ...args),
  encodePng: (...args) => run('encodePng', ...args),
  encodePalette: (...args) => run('encodePalette', ...args),
  // Cut here, so that a worker is not given all of a large raster for each of its windows.
  encodeIndexedPng: (raster, left, top, width, height, ...rest) =>
    run('encodeIndexedPng', windowOf(raster, left, top, width, height), 0, 0, width, height, ...rest),
  decodePng: (...args) => run('decodePng', ...args),
  decodeRgbaPng: (...args) => run('decodeRgbaPng', ...args),
  cutJpeg: (...args) => run('cutJpeg', ...args),
  async decodePngInto(target, file, x, y, maxPixels) {
    const picture = await run('decodePng', file, maxPixels);
    if (picture === null) return null;
    // Here and not on a worker, which would have to be given all of the target.
    blit(target, picture, x, y);
    return { width: picture.width, height: picture.height, opaque: picture.channels !== 4 };
  },
};

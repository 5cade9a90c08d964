import { parentPort, type Transferable } from 'node:worker_threads';
import { type TwinKernels, twinKernels } from './kernels.ts';
import type { Answer } from './pool.ts';

type Call = (...args: readonly unknown[]) => unknown;

parentPort?.on('message', ([name, args]: [keyof TwinKernels, readonly unknown[]]) => {
  const transfer = new Set<Transferable>();
  parentPort?.postMessage(answer(twinKernels[name] as Call, args, transfer), [...transfer]);
});

function answer(call: Call, args: readonly unknown[], transfer: Set<Transferable>): Answer {
  try {
    const result = call(...args);
    const isRecord = typeof result === 'object' && result !== null && !(result instanceof Uint8Array);
    for (const part of isRecord ? Object.values(result) : [result]) {
      if (part instanceof Uint8Array) transfer.add(part.buffer as ArrayBuffer);
    }
    return { result };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

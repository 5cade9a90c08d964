import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Kernels } from './kernels.ts';

/** Set to 1: the addon is neither built nor loaded. */
const NO_ADDON = 'MAPGATE_NO_ADDON';

let loaded: Kernels | { readonly reason: string } | undefined;

/** The kernels in C++, a prebuilt addon or one built here; or one line on why there are none. Loaded once. */
export function loadNativeKernels(): Kernels | { readonly reason: string } {
  loaded ??= load();
  return loaded;
}

function load(): Kernels | { readonly reason: string } {
  if (process.env[NO_ADDON] === '1') return { reason: `${NO_ADDON} is set` };
  try {
    const find = createRequire(import.meta.url)('node-gyp-build') as (directory: string) => Kernels;
    return find(dirname(dirname(fileURLToPath(import.meta.url))));
  } catch (error) {
    const [line = ''] = String(error instanceof Error ? error.message : error).split('\n');
    return { reason: `the addon cannot be loaded: ${line}` };
  }
}

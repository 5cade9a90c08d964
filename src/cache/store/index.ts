import type { StoreDefinition } from './contract.ts';
import file from './file/index.ts';
import mbtiles from './mbtiles/index.ts';
import type { CommonStoreOptions } from './options.ts';

/** Every kind of tile storage, as `cache.type` in mapproxy.yaml names them. Each is given what its own schema made. */
export const storeDefinitions: readonly StoreDefinition<CommonStoreOptions>[] = [file, mbtiles];

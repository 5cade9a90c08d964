import type { SourceDefinition } from './contract.ts';
import debug from './debug/index.ts';
import type { CommonSourceOptions } from './options.ts';
import tile from './tile/index.ts';
import wms from './wms/index.ts';

/** Every kind of source, as `type` in mapproxy.yaml names them. Each is given what its own schema made of the options. */
export const sourceDefinitions: readonly SourceDefinition<CommonSourceOptions>[] = [wms, tile, debug];

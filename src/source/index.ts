import debug from './debug/index.ts';
import tile from './tile/index.ts';
import wms from './wms/index.ts';

/** Every kind of source, as `type` in mapproxy.yaml names them. */
export const sourceDefinitions = [wms, tile, debug];

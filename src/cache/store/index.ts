import file from './file/index.ts';
import mbtiles from './mbtiles/index.ts';

/** Every kind of tile storage, as `cache.type` in mapproxy.yaml names them. */
export const storeDefinitions = [file, mbtiles];

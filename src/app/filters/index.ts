import accessLog from './access-log.ts';
import basicAuth from './basic-auth.ts';
import compress from './compress.ts';
import type { FilterKind } from './contract.ts';
import cors from './cors.ts';
import limits from './limits.ts';

/** Every kind of filter, as `use` in a deployment file names them. */
export const filterDefinitions: readonly FilterKind[] = [accessLog, basicAuth, compress, cors, limits];

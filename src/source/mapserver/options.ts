import { z } from 'zod';

/** Where MapServer is (row GLB-44); for all sources or for one. */
export const mapserverOptions = z.object({
  binary: z.string().optional(),
  working_dir: z.string().optional(),
});

export type MapserverOptions = z.infer<typeof mapserverOptions>;

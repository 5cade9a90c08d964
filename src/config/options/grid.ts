import { z } from 'zod';
import { anyText, bboxOption, sizeOption } from '../../options.ts';

/** A level's resolution, alone or with the level's name (row GRD-08). */
const level = z.union([z.number().positive(), z.tuple([anyText, z.number().positive()])]);

/** Section 4 of the behaviour rows. */
export const gridOptions = z.object({
  name: anyText.optional(),
  base: z.string().optional(),
  srs: anyText.optional(),
  bbox: bboxOption.optional(),
  bbox_srs: anyText.optional(),
  origin: z.enum(['sw', 'nw', 'll', 'ul']).optional(),
  tile_size: sizeOption.optional(),
  res: z.array(level).min(1).optional(),
  res_factor: z.union([z.number().gt(1), z.literal('sqrt2')]).optional(),
  num_levels: z.int().positive().max(100).optional(),
  min_res: z.number().positive().optional(),
  max_res: z.number().positive().optional(),
  align_resolutions_with: z.string().optional(),
  threshold_res: z.array(z.number()).optional(),
  stretch_factor: z.number().positive().optional(),
  max_shrink_factor: z.number().positive().optional(),
});

export type GridOptions = z.infer<typeof gridOptions>;

/** Grids that need not be configured (row GRD-01). */
export const PREDEFINED_GRIDS: Readonly<Record<string, GridOptions>> = {
  GLOBAL_GEODETIC: { srs: 'EPSG:4326', origin: 'sw' },
  GLOBAL_MERCATOR: { srs: 'EPSG:900913', origin: 'sw' },
  GLOBAL_WEBMERCATOR: { srs: 'EPSG:3857', origin: 'nw' },
};

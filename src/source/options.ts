import { z } from 'zod';
import { colorOption } from '../image/color.ts';
import { imageOptions } from '../image/options.ts';
import { notYet } from '../options.ts';
import { httpOptions } from './http/options.ts';

/** Image options with what only sources have (rows IMG-14, SRC-32). */
export const sourceImageOptions = imageOptions.extend({
  transparent_color: notYet(colorOption.optional()),
  transparent_color_tolerance: notYet(z.number().optional()),
});

/** What every kind of source takes (section 6.1 of the behaviour rows). */
export const commonSourceOptions = {
  type: z.string(),
  image: sourceImageOptions.optional(),
  http: httpOptions.optional(),
  coverage: notYet(z.unknown().optional()),
  seed_only: notYet(z.boolean().optional()),
  min_res: notYet(z.number().optional()),
  max_res: notYet(z.number().optional()),
  min_scale: notYet(z.number().optional()),
  max_scale: notYet(z.number().optional()),
  concurrent_requests: notYet(z.int().min(0).optional()),
  on_error: notYet(z.record(z.string(), z.unknown()).optional()),
};

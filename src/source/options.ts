import { z } from 'zod';
import { coverageOptions } from '../coverage/options.ts';
import { colorOption } from '../image/color.ts';
import { imageOptions } from '../image/options.ts';
import { notYet } from '../options.ts';
import { httpOptions } from './http/options.ts';

/** Image options with what only sources have (rows IMG-14, SRC-32). */
export const sourceImageOptions = imageOptions.extend({
  transparent_color: notYet(colorOption.optional()),
  transparent_color_tolerance: notYet(z.number().optional()),
});

/** What stands in for an answer that failed (row SRC-06). */
const errorResponse = z.object({
  response: z.union([z.literal('transparent'), colorOption]),
  cache: z.boolean().default(false),
  authorize_stale: notYet(z.boolean().optional()),
});

/** By HTTP status; `other` for the rest and for what has none (rows SRC-06, TRAP-02). */
const onError = z.record(z.string().regex(/^(?:\d{3}|other)$/, "expected an HTTP status or 'other'"), errorResponse);

/** What every kind of source takes (section 6.1 of the behaviour rows). */
export const commonSourceOptions = {
  type: z.string(),
  image: sourceImageOptions.optional(),
  http: httpOptions.optional(),
  coverage: coverageOptions.optional(),
  seed_only: z.boolean().default(false),
  min_res: z.number().positive().optional(),
  max_res: z.number().positive().optional(),
  min_scale: z.number().positive().optional(),
  max_scale: z.number().positive().optional(),
  concurrent_requests: notYet(z.int().min(0).optional()),
  on_error: onError.optional(),
};

const commonSchema = z.object(commonSourceOptions);

export type CommonSourceOptions = z.infer<typeof commonSchema>;

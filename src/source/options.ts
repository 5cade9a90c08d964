import { z } from 'zod';
import { coverageOptions } from '../coverage/options.ts';
import { colorOption } from '../image/color.ts';
import { imageOptions } from '../image/options.ts';
import type { TransparentColor } from '../image/transparent-color.ts';
import type { SourceContext } from './contract.ts';
import { type HttpOptions, httpOptions } from './http/options.ts';

/** Image options with what only sources have (rows IMG-14, SRC-32). */
export const sourceImageOptions = imageOptions.extend({
  transparent_color: colorOption.optional(),
  transparent_color_tolerance: z.number().optional(),
});

/** What stands in for an answer that failed (row SRC-06). */
const errorResponse = z.object({
  response: z.union([z.literal('transparent'), colorOption]),
  cache: z.boolean().default(false),
  authorize_stale: z.boolean().default(false),
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
  concurrent_requests: z.int().min(0).optional(),
  on_error: onError.optional(),
};

const commonSchema = z.object(commonSourceOptions);

export type CommonSourceOptions = z.infer<typeof commonSchema>;

/** How a source's servers are asked: its own `http` with the limit of requests that is beside it (row SRC-05). */
export function httpOf({ http, concurrent_requests: limit }: CommonSourceOptions): HttpOptions {
  return limit === undefined ? { ...http } : { ...http, concurrent_requests: limit };
}

/** Row IMG-14. */
export function transparentColorOf(
  { image }: CommonSourceOptions,
  context: Pick<SourceContext, 'transparentColorTolerance'>,
): TransparentColor | undefined {
  const color = image?.transparent_color;
  if (color === undefined) return undefined;
  return { color, tolerance: image?.transparent_color_tolerance ?? context.transparentColorTolerance };
}

import { z } from 'zod';
import { anyText, notYet } from '../../options.ts';

/** A node of the layer tree (section 8 of the behaviour rows). */
export interface LayerOptions {
  readonly name?: string | undefined;
  readonly title?: string | undefined;
  readonly sources?: readonly string[] | undefined;
  readonly tile_sources?: readonly string[] | undefined;
  readonly layers?: readonly LayerOptions[] | undefined;
  readonly md?: { readonly abstract?: string | undefined } | undefined;
}

export const layerOptions: z.ZodType<LayerOptions> = z.object({
  name: anyText.optional(),
  title: anyText.optional(),
  sources: z.array(anyText).optional(),
  tile_sources: z.array(anyText).optional(),
  get layers() {
    return z.array(layerOptions).optional();
  },
  md: z
    .object({
      abstract: anyText.optional(),
      keyword_list: notYet(z.unknown().optional()),
      attribution: notYet(z.unknown().optional()),
      identifier: notYet(z.unknown().optional()),
      metadata: notYet(z.unknown().optional()),
      data: notYet(z.unknown().optional()),
      feature_list: notYet(z.unknown().optional()),
    })
    .optional(),
  legendurl: notYet(z.string().optional()),
  min_res: notYet(z.number().optional()),
  max_res: notYet(z.number().optional()),
  min_scale: notYet(z.number().optional()),
  max_scale: notYet(z.number().optional()),
  nominal_res: notYet(z.number().optional()),
  nominal_scale: notYet(z.number().optional()),
  dimensions: notYet(z.unknown().optional()),
  wmts_kvp_legendurl: notYet(z.string().optional()),
  wmts_rest_legendurl: notYet(z.string().optional()),
});

import { z } from 'zod';
import { anyText } from '../../options.ts';

const link = z.object({ url: z.string(), format: z.string().optional(), type: anyText.optional() });

/** Row LYR-10. */
const metadata = z.object({
  abstract: anyText.optional(),
  keyword_list: z.array(z.object({ vocabulary: anyText.optional(), keywords: z.array(anyText).optional() })).optional(),
  attribution: z
    .object({
      title: anyText.optional(),
      url: z.string().optional(),
      logo: z
        .object({
          url: z.string().optional(),
          format: z.string().optional(),
          width: z.int().positive().optional(),
          height: z.int().positive().optional(),
        })
        .optional(),
    })
    .optional(),
  identifier: z.array(z.object({ name: anyText, url: z.string().optional(), value: anyText })).optional(),
  metadata: z.array(link).optional(),
  data: z.array(link).optional(),
  feature_list: z.array(link).optional(),
});

const dimension = z.object({ values: z.array(anyText).min(1), default: anyText.optional() });

/** A node of the layer tree (section 8 of the behaviour rows). */
export interface LayerOptions {
  readonly name?: string | undefined;
  readonly title?: string | undefined;
  readonly sources?: readonly string[] | undefined;
  readonly tile_sources?: readonly string[] | undefined;
  readonly layers?: readonly LayerOptions[] | undefined;
  readonly md?: z.infer<typeof metadata> | undefined;
  readonly legendurl?: string | undefined;
  /** Templates with `{base_url}` and `{layer_name}` (row LYR-09). */
  readonly wmts_kvp_legendurl?: string | undefined;
  readonly wmts_rest_legendurl?: string | undefined;
  readonly min_res?: number | undefined;
  readonly max_res?: number | undefined;
  readonly min_scale?: number | undefined;
  readonly max_scale?: number | undefined;
  /** At which maps are drawn where a request does not say; one of the two (row LYR-07). */
  readonly nominal_res?: number | undefined;
  readonly nominal_scale?: number | undefined;
  readonly dimensions?: Readonly<Record<string, z.infer<typeof dimension>>> | undefined;
}

export const layerOptions: z.ZodType<LayerOptions> = z.object({
  name: anyText.optional(),
  title: anyText.optional(),
  sources: z.array(anyText).optional(),
  tile_sources: z.array(anyText).optional(),
  get layers() {
    return z.array(layerOptions).optional();
  },
  md: metadata.optional(),
  legendurl: z.string().optional(),
  min_res: z.number().optional(),
  max_res: z.number().optional(),
  min_scale: z.number().optional(),
  max_scale: z.number().optional(),
  nominal_res: z.number().positive().optional(),
  nominal_scale: z.number().positive().optional(),
  dimensions: z.record(z.string(), dimension).optional(),
  wmts_kvp_legendurl: z.string().optional(),
  wmts_rest_legendurl: z.string().optional(),
});

import { z } from 'zod';
import { anyText } from '../../options.ts';
import { commonSourceOptions } from '../options.ts';

export const WMS_VERSIONS = ['1.0.0', '1.1.0', '1.1.1', '1.3.0'] as const;

export type WmsVersion = (typeof WMS_VERSIONS)[number];

/** What is sent with every request: `layers`, `styles`, `sld` and whatever else the server knows. */
export const requestParameters = z
  .object({
    layers: anyText.optional(),
    transparent: z.boolean().optional(),
    format: anyText.optional(),
    query_layers: anyText.optional(),
  })
  .catchall(anyText);

/** Options of a WMS but for where it is (section 6.2 of the behaviour rows). */
export const serverOptions = {
  ...commonSourceOptions,
  wms_opts: z
    .object({
      version: z.enum(WMS_VERSIONS).default('1.1.1'),
      map: z.boolean().default(true),
      featureinfo: z.boolean().default(false),
      legendgraphic: z.boolean().default(false),
      legendurl: z.string().optional(),
      featureinfo_format: z.string().optional(),
      featureinfo_xslt: z.string().optional(),
      featureinfo_out_format: z.string().optional(),
    })
    .prefault({}),
  supported_srs: z.array(anyText).optional(),
  supported_formats: z.array(z.string()).optional(),
  forward_req_params: z.array(anyText).default([]),
};

const serverSchema = z.object({ ...serverOptions, req: requestParameters });

/** Options of a server that speaks WMS, wherever it is. */
export type WmsServerOptions = z.infer<typeof serverSchema>;

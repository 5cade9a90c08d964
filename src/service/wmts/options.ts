import { z } from 'zod';
import { metadataOptions } from '../metadata.ts';
import { INFO_VARIABLES, RestTemplate, TILE_VARIABLES } from './rest-template.ts';

const DEFAULT_TEMPLATE = '/{Layer}/{TileMatrixSet}/{TileMatrix}/{TileCol}/{TileRow}.{Format}';
const DEFAULT_INFO_TEMPLATE = '/{Layer}/{TileMatrixSet}/{TileMatrix}/{TileCol}/{TileRow}/{I}/{J}.{InfoFormat}';

export const wmtsOptions = z.object({
  /** Both ways are open when neither is named; one that is named closes the other (row WMTS-01). */
  kvp: z.boolean().nullish(),
  restful: z.boolean().nullish(),
  restful_template: z.string().nullish(),
  /** Documented as `restful_fi_template`, read as `restful_featureinfo_template` (row WMTS-06). */
  restful_featureinfo_template: z.string().nullish(),
  restful_fi_template: z.string().nullish(),
  /** What feature info can be asked for as, by KVP with the media type and by REST with the suffix (row WMTS-13). */
  featureinfo_formats: z.array(z.object({ mimetype: z.string(), suffix: z.string() })).nullish(),
  md: metadataOptions.nullish(),
});

export type WmtsOptions = z.infer<typeof wmtsOptions>;

/** Media types of feature info by the suffixes of its URLs. */
export type InfoFormats = ReadonlyMap<string, string>;

/** Which of the two ways are open. */
export function wmtsWays({ kvp, restful }: WmtsOptions): { readonly kvp: boolean; readonly restful: boolean } {
  const isDefault = (kvp ?? undefined) === undefined && (restful ?? undefined) === undefined;
  return { kvp: isDefault || kvp === true, restful: isDefault || restful === true };
}

/** The form of REST tile URLs. @throws ConfigError for a template that lacks a variable. */
export function restTemplate(options: WmtsOptions): RestTemplate {
  return new RestTemplate(options.restful_template ?? DEFAULT_TEMPLATE, TILE_VARIABLES);
}

/** The form of REST URLs of feature info. @throws ConfigError for a template that lacks a variable. */
export function infoTemplate(options: WmtsOptions): RestTemplate {
  const template = options.restful_featureinfo_template ?? options.restful_fi_template;
  return new RestTemplate(template ?? DEFAULT_INFO_TEMPLATE, INFO_VARIABLES);
}

export function infoFormats({ featureinfo_formats: formats }: WmtsOptions): InfoFormats {
  return new Map((formats ?? []).map(({ suffix, mimetype }) => [suffix, mimetype]));
}

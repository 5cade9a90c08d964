import { z } from 'zod';
import type { Bbox } from '../../grid/types.ts';
import { imageKind } from '../../image/format.ts';
import type { ServiceMetadata } from '../../layer/contract.ts';
import { getLogger } from '../../log.ts';
import { bboxOption } from '../../options.ts';
import type { InfoTransform } from '../../source/contract.ts';
import type { Srs } from '../../srs/srs.ts';
import type { ServiceContext } from '../contract.ts';
import { INFO_TYPES, type InfoType } from '../feature-info/types.ts';
import { metadataOptions, metadataOr } from '../metadata.ts';
import { type InspireMetadata, inspireOptions } from './inspire.ts';
import { WMS_VERSIONS, type WmsVersion } from './version.ts';

const log = getLogger('mapproxy.config');

const DEFAULT_SRS = ['EPSG:4326', 'EPSG:4258', 'CRS:84', 'EPSG:900913', 'EPSG:3857'];
const DEFAULT_BBOX_SRS = ['EPSG:3857', 'EPSG:4326', 'EPSG:900913'];
const DEFAULT_IMAGE_FORMATS = ['image/png', 'image/jpeg', 'image/gif', 'image/GeoTIFF', 'image/tiff'];

/** A map of 4000 by 4000 pixels is the largest that is drawn by default (row WMS-23). */
const DEFAULT_MAX_OUTPUT_PIXELS = 4000 * 4000;

export const wmsOptions = z.object({
  versions: z.array(z.enum(WMS_VERSIONS)).nullish(),
  srs: z.array(z.string()).nullish(),
  /** SRS whose bboxes capabilities print; with a bbox of its own, maps in it are drawn only there (row WMS-09). */
  bbox_srs: z.array(z.union([z.string(), z.object({ srs: z.string(), bbox: bboxOption })])).nullish(),
  image_formats: z.array(z.string()).nullish(),
  /** Pixels of a map, as a number or as width and height (row WMS-23). */
  max_output_pixels: z.union([z.number(), z.tuple([z.number(), z.number()])]).nullish(),
  md: metadataOptions.nullish(),
  /** Layers of one map drawn at the same time; MapProxy draws one after the other by default, here it is all (row WMS-29). */
  concurrent_layer_renderer: z.int().positive().nullish(),
  on_source_errors: z.enum(['notify', 'raise']).nullish(),
  /** Written onto maps (row WMS-33). */
  attribution: z.object({ text: z.string() }).nullish(),
  /** True: GetFeatureInfo and GetLegendGraphic need all parameters of the standard (row WMS-34). */
  strict: z.boolean().nullish(),
  /** Types that capabilities offer (row WMS-38). */
  featureinfo_types: z.array(z.enum(INFO_TYPES)).nullish(),
  /** Stylesheets for what is put together, by its type (row WMS-40). */
  featureinfo_xslt: z.object({ html: z.string().optional(), xml: z.string().optional() }).nullish(),
  inspire_md: inspireOptions.nullish(),
});

export type WmsOptions = z.infer<typeof wmsOptions>;

/** The options with their defaults, as the service works with them. */
export interface WmsSettings {
  /** Lowest first. */
  readonly versions: readonly WmsVersion[];
  /** By upper-case code, in the order of the configuration. */
  readonly srs: ReadonlyMap<string, Srs>;
  readonly bboxSrs: readonly Srs[];
  /** Where maps of an SRS are drawn, by upper-case code; all of it where there is none. */
  readonly limits: ReadonlyMap<string, Bbox>;
  /** MIME types. */
  readonly imageFormats: readonly string[];
  /** By media type, the format as configured, whose settings in globals.image.formats count (row WMS-15). */
  readonly customFormats: ReadonlyMap<string, string>;
  readonly maxOutputPixels: number;
  readonly attribution: string | undefined;
  readonly onSourceErrors: 'notify' | 'raise';
  readonly metadata: ServiceMetadata;
  readonly strict: boolean;
  readonly inspire: InspireMetadata | undefined;
  readonly infoTypes: readonly InfoType[];
  /** By the type that they make. */
  readonly infoTransforms: ReadonlyMap<InfoType, InfoTransform>;
}

/** @throws ConfigError for an SRS that is not known. */
export function wmsSettings(options: WmsOptions, context: ServiceContext): WmsSettings {
  const versions = options.versions ?? [];
  const srs = new Map((options.srs ?? DEFAULT_SRS).map((code) => [code.toUpperCase(), context.srs(code)]));
  const bboxSrs = (options.bbox_srs ?? DEFAULT_BBOX_SRS).map((entry) =>
    typeof entry === 'string' ? entry : entry.srs,
  );
  const pixels = options.max_output_pixels ?? DEFAULT_MAX_OUTPUT_PIXELS;
  return {
    versions: WMS_VERSIONS.filter((version) => versions.length === 0 || versions.includes(version)),
    srs,
    bboxSrs: bboxSrs.filter((code) => srs.has(code.toUpperCase())).map((code) => context.srs(code)),
    limits: limitsOf(options),
    ...imageFormats(options.image_formats ?? undefined, context),
    maxOutputPixels: typeof pixels === 'number' ? pixels : pixels[0] * pixels[1],
    attribution: options.attribution?.text,
    onSourceErrors: options.on_source_errors ?? 'notify',
    metadata: metadataOr(options.md ?? undefined, context.defaultMetadata),
    strict: options.strict ?? false,
    inspire: options.inspire_md ?? undefined,
    infoTypes: infoTypes(options),
    infoTransforms: infoTransforms(options, context),
  };
}

/** Those that stylesheets make, where nothing else is said (row WMS-38). */
function infoTypes({ featureinfo_types: types, featureinfo_xslt: stylesheets }: WmsOptions): readonly InfoType[] {
  if (types !== undefined && types !== null && types.length > 0) return types;
  const made = TRANSFORMED_TYPES.filter((type) => stylesheets?.[type] !== undefined);
  return made.length > 0 ? made : ['text', 'html', 'xml'];
}

const TRANSFORMED_TYPES = ['html', 'xml'] as const;

function infoTransforms(
  { featureinfo_xslt: stylesheets }: WmsOptions,
  context: ServiceContext,
): Map<InfoType, InfoTransform> {
  const transforms = new Map<InfoType, InfoTransform>();
  for (const type of TRANSFORMED_TYPES) {
    const file = stylesheets?.[type];
    if (file !== undefined) transforms.set(type, context.stylesheet(file));
  }
  return transforms;
}

function limitsOf({ bbox_srs: entries }: WmsOptions): Map<string, Bbox> {
  const limits = new Map<string, Bbox>();
  for (const entry of entries ?? []) if (typeof entry !== 'string') limits.set(entry.srs.toUpperCase(), entry.bbox);
  return limits;
}

/**
 * What can be written of the formats; capabilities must not promise more. Names of globals.image.formats stand for the
 * media type of theirs, and of two with the same media type the last counts (row WMS-15).
 */
function imageFormats(
  configured: readonly string[] | undefined,
  { formatNamed }: ServiceContext,
): Pick<WmsSettings, 'imageFormats' | 'customFormats'> {
  const nameByType = new Map<string, string>();
  for (const name of configured ?? DEFAULT_IMAGE_FORMATS) {
    const type = mimeType(formatNamed(name));
    if (configured !== undefined && imageKind(type) === undefined) {
      log.warn(`services.wms.image_formats: '${name}' cannot be written, left out`);
    }
    if (imageKind(type) === undefined) continue;
    const other = nameByType.get(type);
    if (other !== undefined && other !== name) {
      log.warn(`services.wms.image_formats: '${other}' and '${name}' are both ${type}, the last counts`);
    }
    nameByType.set(type, name);
  }
  const customFormats = new Map([...nameByType].filter(([type, name]) => name !== type));
  return { imageFormats: [...nameByType.keys()], customFormats };
}

/** `png` stands for `image/png`; options such as `; mode=24bit` are for writing only. */
function mimeType(format: string): string {
  const [name = ''] = format.split(';');
  return name.includes('/') ? name.trim() : `image/${name.trim()}`;
}

import { z } from 'zod';
import { anyText, bboxOption } from '../options.ts';

/** What decides the kind of a coverage; exactly one of these is there. */
const KINDS = [
  'union',
  'intersection',
  'difference',
  'bbox',
  'polygons',
  'ogr_datasource',
  'datasource',
  'expire_tiles',
] as const;

/** A coverage as configured (section 5 of the behaviour rows). */
export interface CoverageOptions {
  readonly bbox?: readonly [number, number, number, number] | undefined;
  /** A bbox, or the name of a file or data source. */
  readonly datasource?: string | readonly [number, number, number, number] | undefined;
  readonly where?: string | undefined;
  readonly srs?: string | undefined;
  readonly bbox_srs?: string | undefined;
  readonly polygons?: readonly string[] | undefined;
  readonly polygons_srs?: string | undefined;
  readonly ogr_datasource?: string | undefined;
  readonly ogr_where?: string | undefined;
  readonly ogr_srs?: string | undefined;
  readonly expire_tiles?: string | undefined;
  readonly union?: readonly CoverageOptions[] | undefined;
  readonly intersection?: readonly CoverageOptions[] | undefined;
  readonly difference?: readonly CoverageOptions[] | undefined;
  readonly clip?: boolean | undefined;
}

/** Row COV-09: wherever a coverage is named, this is what it takes. */
export const coverageOptions: z.ZodType<CoverageOptions> = z
  .object({
    bbox: bboxOption.optional(),
    datasource: z.union([bboxOption, z.string()]).optional(),
    where: z.string().optional(),
    srs: anyText.optional(),
    bbox_srs: anyText.optional(),
    polygons: z.union([z.string().transform((file) => [file]), z.array(z.string()).min(1)]).optional(),
    polygons_srs: anyText.optional(),
    ogr_datasource: z.string().optional(),
    ogr_where: z.string().optional(),
    ogr_srs: anyText.optional(),
    expire_tiles: z.string().optional(),
    get union() {
      return z.array(coverageOptions).min(1).optional();
    },
    get intersection() {
      return z.array(coverageOptions).min(1).optional();
    },
    get difference() {
      return z.array(coverageOptions).min(1).optional();
    },
    clip: z.boolean().optional(),
  })
  .superRefine((options, context) => {
    if (KINDS.every((kind) => options[kind] === undefined)) {
      context.addIssue({ code: 'custom', message: `a coverage has one of ${KINDS.join(', ')}` });
    }
  });

import { z } from 'zod';

export const RESAMPLING_METHODS = ['nearest', 'bilinear', 'bicubic'] as const;

export type Resampling = (typeof RESAMPLING_METHODS)[number];

/** Row IMG-02, and what WebP has (row IMG-23). Strict: MapProxy refuses other keys too. */
export const encodingOptions = z.strictObject({
  jpeg_quality: z.int().min(1).max(100).optional(),
  quantizer: z.enum(['fastoctree', 'mediancut']).optional(),
  tiff_compression: z.enum(['raw', 'tiff_lzw', 'jpeg']).optional(),
  webp_quality: z.int().min(1).max(100).optional(),
  webp_lossless: z.boolean().optional(),
});

/**
 * The image options of formats, caches and sources (row IMG-01). Modes: RGB has no alpha, P is a palette, L is grey of 8
 * bits in one channel (in JPEG too), I is grey of 16 bits in PNG and TIFF and like L elsewhere.
 */
export const imageOptions = z.object({
  format: z.string().optional(),
  mode: z.enum(['RGB', 'RGBA', 'P', 'I', 'L']).optional(),
  colors: z.int().min(0).max(256).optional(),
  transparent: z.boolean().optional(),
  resampling_method: z.enum(RESAMPLING_METHODS).optional(),
  encoding_options: encodingOptions.optional(),
  opacity: z.number().min(0).max(1).optional(),
  /** Accepted and without effect, as in MapProxy (row GLB-09). */
  merge_method: z.unknown().optional(),
});

export type ImageOptions = z.infer<typeof imageOptions>;

/** Options of globals.image (rows GLB-01 to GLB-09). */
export const globalImageOptions = z.object({
  resampling_method: z.enum(RESAMPLING_METHODS).default('bicubic'),
  paletted: z.boolean().default(true),
  jpeg_quality: z.int().min(1).max(100).default(90),
  stretch_factor: z.number().positive().default(1.15),
  max_shrink_factor: z.number().positive().default(4),
  transparent_color_tolerance: z.number().optional(),
  font_dir: z.string().optional(),
  formats: z.record(z.string(), imageOptions).default({}),
  merge_method: z.unknown().optional(),
});

export type GlobalImageOptions = z.infer<typeof globalImageOptions>;

/** How pictures of one cache, source or service are written. */
export interface ImageSettings {
  /** `image/png` as configured, options included; `mixed` for the mixed format (row IMG-07). */
  readonly format: string;
  readonly mode: ImageOptions['mode'];
  /** Size of the palette; 0: none. */
  readonly colors: number;
  readonly transparent: boolean | undefined;
  readonly resampling: Resampling;
  readonly jpegQuality: number;
  /** How colours are reduced to a palette (row IMG-04). */
  readonly quantizer: 'fastoctree' | 'mediancut';
  readonly tiffCompression: 'raw' | 'tiff_lzw' | 'jpeg' | undefined;
  readonly webp: { readonly quality: number; readonly lossless: boolean };
  /** 0 to 1; undefined: opaque. */
  readonly opacity: number | undefined;
}

/** Of 100, as libwebp and Pillow have it. */
const DEFAULT_WEBP_QUALITY = 80;

/** A palette as PNG can hold it (row GLB-02). */
const FULL_PALETTE = 256;

/**
 * Settings of a format: by its name under globals.image.formats or as a media type; `own` options win (rows GLB-08,
 * GLB-47).
 */
export function imageSettings(globals: GlobalImageOptions, format: string, own: ImageOptions = {}): ImageSettings {
  const preset = globals.formats[format] ?? {};
  const options = { ...preset, ...withoutUndefined(own) };
  const resolved = options.format ?? format;
  return {
    format: resolved,
    mode: options.mode,
    colors: options.colors ?? defaultColors(globals, resolved, options.mode),
    transparent: options.transparent,
    resampling: options.resampling_method ?? globals.resampling_method,
    jpegQuality: options.encoding_options?.jpeg_quality ?? globals.jpeg_quality,
    quantizer: options.encoding_options?.quantizer ?? 'fastoctree',
    tiffCompression: options.encoding_options?.tiff_compression,
    webp: {
      quality: options.encoding_options?.webp_quality ?? DEFAULT_WEBP_QUALITY,
      lossless: options.encoding_options?.webp_lossless ?? false,
    },
    opacity: options.opacity,
  };
}

/** Only PNG is quantised without being asked (row GLB-02); mode `P` asks. */
function defaultColors({ paletted }: GlobalImageOptions, format: string, mode: ImageOptions['mode']): number {
  return (paletted || mode === 'P') && format.includes('png') ? FULL_PALETTE : 0;
}

function withoutUndefined(options: ImageOptions): ImageOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** Interleaved samples of 8 bits, rows from the top: grey, RGB, or RGBA that is not premultiplied. */
export interface Raster {
  /** Exactly width * height * channels bytes. */
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3 | 4;
}

/** A picture of at most 256 colours. */
export interface IndexedRaster {
  /** RGBA, four bytes for each colour. */
  readonly palette: Uint8Array;
  /** One byte for each pixel: the number of its colour. */
  readonly indices: Uint8Array;
  readonly width: number;
  readonly height: number;
}

export type Resampling = 'nearest' | 'bilinear' | 'bicubic';

/** `fastoctree`: palette entries may be translucent. `mediancut`: alpha of at most 128 is transparent, all else opaque. */
export type Quantiser = 'fastoctree' | 'mediancut';

export interface CompositeOptions {
  /** Where the source's upper left pixel goes; default 0, 0. */
  readonly x?: number;
  readonly y?: number;
  /** 0 to 1; multiplies the source's alpha. Default 1. */
  readonly opacity?: number;
  /** One byte for each pixel of the source; multiplies its alpha. */
  readonly mask?: Uint8Array;
}

export interface ResampleOptions {
  /** Left, top, right, bottom in pixels of the source; fractions, and parts outside of it, are allowed. */
  readonly box: readonly [left: number, top: number, right: number, bottom: number];
  readonly width: number;
  readonly height: number;
  readonly method: Resampling;
  /** What the source does not reach; see `WarpOptions`. */
  readonly background?: readonly number[];
}

/** A rectangle of the result, in whole pixels, and where its corners lie in the source, in fractions of pixels. */
export interface Quad {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  /** x, y of the upper left, lower left, lower right and upper right corner. A pixel's centre is at .5. */
  readonly corners: readonly [number, number, number, number, number, number, number, number];
}

export interface WarpOptions {
  readonly mesh: readonly Quad[];
  readonly width: number;
  readonly height: number;
  readonly method: Resampling;
  /**
   * What the source or the mesh does not reach: as many values as the source has channels, which are then the result's,
   * too. Without it the result is RGBA and transparent there.
   */
  readonly background?: readonly number[];
}

/** Takes one band (0 to 3) of a source into a band of the result, multiplied with `factor` (default 1). */
export interface BandOperation {
  readonly targetBand: number;
  /** Index into the sources. */
  readonly source: number;
  readonly sourceBand: number;
  readonly factor?: number;
}

export interface QuantiseOptions {
  /** 1 to 256, at least 2 for `mediancut`. Default 256. */
  readonly colors?: number;
  /** Default `fastoctree`. */
  readonly method?: Quantiser;
}

export interface PngOptions {
  /**
   * How small a file is to be, 0 to 9, default 4. Level 0 does not compress; 6 and above are zlib's and take longer.
   * Natively 1 to 5 are one method, made for pictures: files are about as large as at zlib's level 4, in a third of its
   * time. In TypeScript they are zlib's levels, so that the two implementations give files of the same pixels but not
   * of the same bytes.
   */
  readonly level?: number;
}

/** A rectangle of a raster, in whole pixels, inside of it. */
export interface Window {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A picture that was decoded into another one. */
export interface PlacedPng {
  readonly width: number;
  readonly height: number;
  /** Known to have no translucent pixel. */
  readonly opaque: boolean;
}

/** JPEG files cut out of another one. */
export interface CutJpeg {
  /** Of the whole picture. */
  readonly width: number;
  readonly height: number;
  /** One for each window, in the same memory. */
  readonly files: readonly Buffer[];
}

export interface JpegOptions {
  /** 1 to 100, as the Independent JPEG Group's library counts. Default 90. */
  readonly quality?: number;
}

/** A picture that was decoded into four channels. */
export interface RgbaPicture extends PlacedPng {
  /** Width * height * 4 bytes. */
  readonly data: Uint8Array;
}

/**
 * Pixel work off the event loop. Arguments are checked before memory is taken: a wrong one is a RangeError or TypeError
 * that names it and its value. What is given must not be changed until the promise is settled; `blit`, `composite`
 * and `decodePngInto` write into their target, all else returns new memory.
 */
export interface Pixels {
  readonly implementation: 'native' | 'typescript';
  /** Why the native implementation does not run, for the operator; null when it does. */
  readonly fallbackReason: string | null;

  /** Copies the part of `source` that fits to (x, y). Grey becomes colour, alpha is added or dropped. */
  blit(target: Raster, source: Raster, x: number, y: number): Promise<void>;
  /** Lays `source` over `target` (source-over, Porter and Duff); onto a target without alpha it is blended. */
  composite(target: Raster, source: Raster, options?: CompositeOptions): Promise<void>;
  /** RGBA with the alpha multiplied with 0 to 1 (row IMG-13). */
  applyOpacity(raster: Raster, opacity: number): Promise<Raster>;
  /** RGBA; alpha is 0 where red, green and blue are each within `tolerance` of `rgb` (row IMG-14). */
  transparentColor(raster: Raster, rgb: readonly [number, number, number], tolerance: number): Promise<Raster>;
  /**
   * A raster of `channels` bands from those of others of the same size (row IMG-15): in their order, operations with a
   * factor other than 1 add, the others replace; sums are clipped. Missing bands are 0, alpha is 255.
   */
  bandMerge(sources: readonly Raster[], channels: 1 | 3 | 4, operations: readonly BandOperation[]): Promise<Raster>;
  /**
   * RGBA in which pixels outside of a polygon are transparent white (row IMG-16). `rings` are x, y pairs in pixels, all
   * under the even-odd rule. A pixel that the polygon reaches into by more than 0.1 pixels is inside.
   */
  maskByPolygon(raster: Raster, rings: readonly (readonly number[])[]): Promise<Raster>;
  /** Whether all pixels are the same, alpha included. */
  isSingleColor(raster: Raster): Promise<boolean>;
  /** Whether any pixel is not opaque. */
  hasAlpha(raster: Raster): Promise<boolean>;
  /** Stretches a box of the source to a size, interpolating between pixels without averaging (row IMG-17). */
  resample(source: Raster, options: ResampleOptions): Promise<Raster>;
  /** Fills each quad of a mesh from the source, bilinear between its corners (row IMG-17). */
  warp(source: Raster, options: WarpOptions): Promise<Raster>;
  /** Reduces colours; exact when there are no more than asked for (row IMG-04). */
  quantise(raster: Raster, options?: QuantiseOptions): Promise<IndexedRaster>;
  /** A PNG file. RGBA without a translucent pixel is written as RGB, palettes with the fewest bits. */
  encodePng(picture: Raster | IndexedRaster, options?: PngOptions): Promise<Buffer>;
  /** `quantise` and `encodePng` in one go, of all of the raster or of a window, which is not copied. */
  encodeIndexedPng(
    raster: Raster,
    options?: QuantiseOptions & PngOptions & { readonly window?: Window },
  ): Promise<Buffer>;
  /**
   * Decodes PNG files of up to 8 bits, without interlacing and ICC profile; null for all others and what is no PNG.
   * Rejects damaged files and those with too many pixels. Palettes become RGB or RGBA.
   */
  decodePng(file: Uint8Array): Promise<Raster | null>;
  /** The same into four channels, whatever the file has. */
  decodeRgbaPng(file: Uint8Array): Promise<RgbaPicture | null>;
  /**
   * The same into an RGBA raster, the upper left pixel to (x, y); what does not fit is cut off. Nothing is written when
   * it answers null or rejects, or, of a large picture that is damaged, transparent pixels.
   */
  decodePngInto(target: Raster, file: Uint8Array, x: number, y: number): Promise<PlacedPng | null>;
  /**
   * JPEG files of windows of a JPEG file, without decoding its pixels: what was lost when it was written is not lost
   * again. The coefficients of the transform are divided as `quality` asks for, or, in a file of less quality, as they
   * are.
   *
   * Null for all that has to be decoded and cut in pixels: windows that are not inside or do not begin at multiples of 16,
   * progressive files, grey, CMYK, other resolutions of colour than 4:2:0, ICC profiles, too many pixels, damaged files.
   */
  cutJpeg(file: Uint8Array, windows: readonly Window[], options?: JpegOptions): Promise<CutJpeg | null>;
}

import type { PlacedPng, Raster, RgbaPicture } from './contract.ts';

/** What both implementations provide, arguments checked and laid out for C++. See cc/kernels for what they mean. */
export interface Kernels {
  blit(target: Raster, source: Raster, x: number, y: number): Promise<void>;
  /** `opacity`: 0 to 255. */
  composite(
    target: Raster,
    source: Raster,
    x: number,
    y: number,
    opacity: number,
    mask: Uint8Array | null,
  ): Promise<void>;
  applyOpacity(raster: Raster, opacity: number): Promise<Uint8Array>;
  transparentColor(raster: Raster, red: number, green: number, blue: number, tolerance: number): Promise<Uint8Array>;
  /** `operations`: target band, source, source band and factor each. */
  bandMerge(sources: readonly Raster[], channels: number, operations: Float64Array): Promise<Uint8Array>;
  /** The coordinates of all rings, and the number of points of each. */
  maskByPolygon(raster: Raster, coordinates: Float64Array, sizes: Float64Array): Promise<Uint8Array>;
  isSingleColor(raster: Raster): Promise<boolean>;
  hasAlpha(raster: Raster): Promise<boolean>;
  /** `quads`: left, top, right, bottom and eight corner coordinates each; `background`: four bytes. */
  warp(
    source: Raster,
    quads: Float64Array,
    sampling: number,
    width: number,
    height: number,
    channels: number,
    background: Uint8Array,
  ): Promise<Uint8Array>;
  quantise(raster: Raster, colors: number, quantiser: number): Promise<{ palette: Uint8Array; indices: Uint8Array }>;
  encodePng(raster: Raster, level: number): Promise<Uint8Array>;
  /** `indices`: a raster of one channel. */
  encodePalette(indices: Raster, palette: Uint8Array, level: number): Promise<Uint8Array>;
  /** Of a rectangle that lies inside of the raster. */
  encodeIndexedPng(
    raster: Raster,
    left: number,
    top: number,
    width: number,
    height: number,
    colors: number,
    quantiser: number,
    level: number,
  ): Promise<Uint8Array>;
  decodePng(file: Uint8Array, maxPixels: number): Promise<Raster | null>;
  decodeRgbaPng(file: Uint8Array, maxPixels: number): Promise<RgbaPicture | null>;
  /** `target`: RGBA. */
  decodePngInto(target: Raster, file: Uint8Array, x: number, y: number, maxPixels: number): Promise<PlacedPng | null>;
  /** `windows`: left, top, width and height each. */
  cutJpeg(file: Uint8Array, windows: Float64Array, quality: number, maxPixels: number): Promise<JpegPieces | null>;
}

/** Files one after another, and where each of them ends. */
export interface JpegPieces {
  readonly data: Uint8Array;
  readonly ends: readonly number[];
  /** Of the picture that they were cut from. */
  readonly width: number;
  readonly height: number;
}

/** Positions in these lists are the numbers that kernels take. */
export const SAMPLINGS = ['nearest', 'bilinear', 'bicubic'] as const;
export const QUANTISERS = ['fastoctree', 'mediancut'] as const;

/** Numbers that describe a quad, a band operation and a window. */
export const QUAD_NUMBERS = 12;
export const OPERATION_NUMBERS = 4;
export const WINDOW_NUMBERS = 4;

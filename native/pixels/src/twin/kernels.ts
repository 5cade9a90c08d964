import type { Kernels } from '../kernels.ts';
import { applyOpacity, hasAlpha, isSingleColor, transparentColor } from './alpha.ts';
import { bandMerge } from './band-merge.ts';
import { blit, toRgba, windowOf } from './blit.ts';
import { composite } from './composite.ts';
import { cutJpeg } from './jpeg-cut.ts';
import { decodePng } from './png-decode.ts';
import { encodePalette, encodePng } from './png-encode.ts';
import { maskByPolygon } from './polygon-mask.ts';
import { quantise } from './quantise.ts';
import { warp } from './warp.ts';

/** The kernels as plain functions. Those that write into a target return its bytes: it is a copy here. */
export type TwinKernels = {
  readonly [Name in Exclude<keyof Kernels, 'decodePngInto'>]: (
    ...args: Parameters<Kernels[Name]>
  ) => Name extends 'blit' | 'composite' ? Uint8Array : Awaited<ReturnType<Kernels[Name]>>;
};

export const twinKernels: TwinKernels = {
  blit(target, source, x, y) {
    blit(target, source, x, y);
    return target.data;
  },
  composite(target, source, x, y, opacity, mask) {
    composite(target, source, x, y, opacity, mask);
    return target.data;
  },
  applyOpacity,
  transparentColor,
  bandMerge,
  maskByPolygon,
  isSingleColor,
  hasAlpha,
  warp,
  quantise,
  encodePng,
  encodePalette,
  encodeIndexedPng(raster, left, top, width, height, colors, quantiser, level) {
    const { palette, indices } = quantise(windowOf(raster, left, top, width, height), colors, quantiser);
    return encodePalette({ data: indices, width, height, channels: 1 }, palette, level);
  },
  decodePng,
  decodeRgbaPng(file, maxPixels) {
    const picture = decodePng(file, maxPixels);
    if (picture === null) return null;
    const { data, width, height, channels } = picture;
    return { data: channels === 4 ? data : toRgba(picture), width, height, opaque: channels !== 4 };
  },
  cutJpeg,
};

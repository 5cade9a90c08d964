import {
  checkBytes,
  checkColours,
  checkFinite,
  checkIndexed,
  checkInteger,
  checkNumber,
  checkOneOf,
  checkPosition,
  checkRaster,
  checkSize,
  DEFAULT_MAX_PIXELS,
  MAX_SIDE,
  MOST_PIXELS,
} from './checks.ts';
import type {
  BandOperation,
  CompositeOptions,
  IndexedRaster,
  JpegOptions,
  Pixels,
  PngOptions,
  Quad,
  QuantiseOptions,
  Raster,
  ResampleOptions,
  WarpOptions,
  Window,
} from './contract.ts';
import { type Kernels, OPERATION_NUMBERS, QUAD_NUMBERS, QUANTISERS, SAMPLINGS, WINDOW_NUMBERS } from './kernels.ts';
import { loadNativeKernels } from './native-kernels.ts';
import { typescriptKernels } from './twin/pool.ts';

export interface PixelsOptions {
  /** `auto` (default): native where its addon can be loaded, else TypeScript. */
  readonly implementation?: 'auto' | 'native' | 'typescript';
  /** The most pixels of any raster, up to 268 435 456; default 50 000 000. */
  readonly maxPixels?: number;
}

/**
 * @throws RangeError for wrong options; Error when the native implementation is asked for and cannot run
 * @example
 * const { quantise, encodePng } = createPixels();
 * const file = await encodePng(await quantise({ data, width: 256, height: 256, channels: 4 }));
 */
export function createPixels(options: PixelsOptions = {}): Pixels {
  const { implementation = 'auto', maxPixels = DEFAULT_MAX_PIXELS } = options;
  checkOneOf('implementation', implementation, ['auto', 'native', 'typescript']);
  checkInteger('maxPixels', maxPixels, 1, MOST_PIXELS);
  if (implementation === 'typescript')
    return checkedPixels(typescriptKernels, 'typescript', 'not asked for', maxPixels);
  const native = loadNativeKernels();
  if (!('reason' in native)) return checkedPixels(native, 'native', null, maxPixels);
  if (implementation === 'native') throw new Error(native.reason);
  return checkedPixels(typescriptKernels, 'typescript', native.reason, maxPixels);
}

/** 0 to 1 as 0 to 255, cut and not rounded, as the original does (row IMG-13). */
function opacityByte(opacity: number): number {
  return Math.trunc(checkNumber('opacity', opacity, 0, 1) * 255);
}

function checkedPixels(
  kernels: Kernels,
  implementation: Pixels['implementation'],
  fallbackReason: string | null,
  maxPixels: number,
): Pixels {
  const check = (name: string, raster: Raster) => checkRaster(name, raster, maxPixels);
  const likeRaster = ({ width, height }: Raster, channels: 1 | 3 | 4, data: Uint8Array): Raster => {
    return { data, width, height, channels };
  };

  async function warp(source: Raster, options: WarpOptions): Promise<Raster> {
    const { mesh, width, height, method, background } = options;
    check('source', source);
    checkSize('result', width, height, maxPixels);
    const sampling = checkOneOf('method', method, SAMPLINGS);
    const fill = new Uint8Array(4);
    if (background !== undefined) {
      checkInteger('background.length', background.length, source.channels, source.channels);
      background.forEach((value, i) => {
        fill[i] = checkInteger(`background[${i}]`, value, 0, 255);
      });
    }
    const quads = numbersOf(mesh, width, height);
    const channels = background === undefined ? 4 : source.channels;
    const data = await kernels.warp(source, quads, sampling, width, height, channels, fill);
    return { data, width, height, channels };
  }

  return {
    implementation,
    fallbackReason,
    warp,

    async blit(target: Raster, source: Raster, x: number, y: number) {
      check('target', target);
      check('source', source);
      checkColours(target, source);
      await kernels.blit(target, source, checkPosition('x', x), checkPosition('y', y));
    },

    async composite(target: Raster, source: Raster, options: CompositeOptions = {}) {
      const { x = 0, y = 0, opacity = 1, mask } = options;
      check('target', target);
      check('source', source);
      checkColours(target, source);
      if (mask !== undefined) checkBytes('mask', mask, source.width * source.height);
      const alpha = opacityByte(opacity);
      await kernels.composite(target, source, checkPosition('x', x), checkPosition('y', y), alpha, mask ?? null);
    },

    async applyOpacity(raster: Raster, opacity: number) {
      check('raster', raster);
      return likeRaster(raster, 4, await kernels.applyOpacity(raster, opacityByte(opacity)));
    },

    async transparentColor(raster: Raster, rgb: readonly [number, number, number], tolerance: number) {
      check('raster', raster);
      const [red, green, blue] = rgb;
      for (const [i, value] of [red, green, blue].entries()) checkInteger(`rgb[${i}]`, value, 0, 255);
      checkInteger('tolerance', tolerance, 0, 255);
      return likeRaster(raster, 4, await kernels.transparentColor(raster, red, green, blue, tolerance));
    },

    async bandMerge(sources: readonly Raster[], channels: 1 | 3 | 4, operations: readonly BandOperation[]) {
      const [first] = sources;
      if (first === undefined) throw new RangeError('sources is empty, must have a raster');
      if (channels !== 1 && channels !== 3 && channels !== 4) {
        throw new RangeError(`channels is ${channels}, must be 1, 3 or 4`);
      }
      sources.forEach((source, i) => {
        check(`sources[${i}]`, source);
        checkInteger(`sources[${i}].width`, source.width, first.width, first.width);
        checkInteger(`sources[${i}].height`, source.height, first.height, first.height);
      });
      const numbers = new Float64Array(operations.length * OPERATION_NUMBERS);
      operations.forEach(({ targetBand, source, sourceBand, factor = 1 }, i) => {
        const name = `operations[${i}]`;
        checkInteger(`${name}.targetBand`, targetBand, 0, channels - 1);
        checkInteger(`${name}.source`, source, 0, sources.length - 1);
        checkInteger(`${name}.sourceBand`, sourceBand, 0, 3);
        checkFinite(`${name}.factor`, factor);
        numbers.set([targetBand, source, sourceBand, factor], i * OPERATION_NUMBERS);
      });
      return likeRaster(first, channels, await kernels.bandMerge(sources, channels, numbers));
    },

    async maskByPolygon(raster: Raster, rings: readonly (readonly number[])[]) {
      check('raster', raster);
      rings.forEach((ring, i) => {
        if (ring.length % 2 !== 0) throw new RangeError(`rings[${i}].length is ${ring.length}, must be even`);
        for (const value of ring) checkFinite(`rings[${i}]`, value);
      });
      const sizes = Float64Array.from(rings, (ring) => ring.length / 2);
      return likeRaster(raster, 4, await kernels.maskByPolygon(raster, Float64Array.from(rings.flat()), sizes));
    },

    async isSingleColor(raster: Raster) {
      check('raster', raster);
      return kernels.isSingleColor(raster);
    },

    async hasAlpha(raster: Raster) {
      check('raster', raster);
      return kernels.hasAlpha(raster);
    },

    async resample(source: Raster, options: ResampleOptions) {
      const { box, width, height, method, background } = options;
      const [left, top, right, bottom] = box;
      if (!(left < right && top < bottom)) throw new RangeError(`box is [${box}], must be left, top, right, bottom`);
      const corners = [left, top, left, bottom, right, bottom, right, top] as const;
      const mesh = [{ left: 0, top: 0, right: width, bottom: height, corners }];
      return warp(source, { mesh, width, height, method, ...(background === undefined ? {} : { background }) });
    },

    async quantise(raster: Raster, options: QuantiseOptions = {}) {
      check('raster', raster);
      const { palette, indices } = await kernels.quantise(raster, ...quantiseArguments(options));
      return { palette, indices, width: raster.width, height: raster.height };
    },

    async encodePng(picture: Raster | IndexedRaster, options: PngOptions = {}) {
      const level = levelOf(options);
      if ('data' in picture) {
        check('picture', picture);
        return asBuffer(await kernels.encodePng(picture, level));
      }
      checkIndexed('picture', picture, maxPixels);
      const { palette, indices, width, height } = picture;
      return asBuffer(await kernels.encodePalette({ data: indices, width, height, channels: 1 }, palette, level));
    },

    async encodeIndexedPng(raster: Raster, options: QuantiseOptions & PngOptions & { readonly window?: Window } = {}) {
      check('raster', raster);
      const window = windowArguments(raster, options.window);
      return asBuffer(
        await kernels.encodeIndexedPng(raster, ...window, ...quantiseArguments(options), levelOf(options)),
      );
    },

    async decodePng(file: Uint8Array) {
      return kernels.decodePng(checkBytes('file', file), maxPixels);
    },

    async decodeRgbaPng(file: Uint8Array) {
      return kernels.decodeRgbaPng(checkBytes('file', file), maxPixels);
    },

    async decodePngInto(target: Raster, file: Uint8Array, x: number, y: number) {
      check('target', target);
      checkInteger('target.channels', target.channels, 4, 4);
      const place = [checkPosition('x', x), checkPosition('y', y)] as const;
      return kernels.decodePngInto(target, checkBytes('file', file), ...place, maxPixels);
    },

    async cutJpeg(file: Uint8Array, windows: readonly Window[], { quality = DEFAULT_QUALITY }: JpegOptions = {}) {
      checkInteger('quality', quality, 1, 100);
      const numbers = new Float64Array(windows.length * WINDOW_NUMBERS);
      windows.forEach((window, i) => {
        numbers.set(sidesOf(`windows[${i}]`, window), i * WINDOW_NUMBERS);
      });
      const cut = await kernels.cutJpeg(checkBytes('file', file), numbers, quality, maxPixels);
      if (cut === null) return null;
      const { width, height, data, ends } = cut;
      const all = asBuffer(data);
      return { width, height, files: ends.map((end, i) => all.subarray(ends[i - 1] ?? 0, end)) };
    },
  };
}

/** What describes all quads. There may be many: messages are made only for the one that is wrong. */
function numbersOf(mesh: readonly Quad[], width: number, height: number): Float64Array {
  const numbers = new Float64Array(mesh.length * QUAD_NUMBERS);
  mesh.forEach((quad, i) => {
    const { left, top, right, bottom, corners } = quad;
    const at = i * QUAD_NUMBERS;
    numbers[at] = left;
    numbers[at + 1] = top;
    numbers[at + 2] = right;
    numbers[at + 3] = bottom;
    let isRight = isBetween(left, 0, right) && isBetween(right, left, width) && corners.length === 8;
    isRight &&= isBetween(top, 0, bottom) && isBetween(bottom, top, height) && left < right && top < bottom;
    for (let c = 0; c < 8; c++) {
      const value = corners[c] ?? Number.NaN;
      numbers[at + 4 + c] = value;
      isRight &&= Number.isFinite(value);
    }
    if (!isRight) checkQuad(`mesh[${i}]`, quad, width, height);
  });
  return numbers;
}

function isBetween(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}

/** @throws RangeError that says what is wrong with it */
function checkQuad(name: string, { left, top, right, bottom, corners }: Quad, width: number, height: number): void {
  checkInteger(`${name}.left`, left, 0, width - 1);
  checkInteger(`${name}.top`, top, 0, height - 1);
  checkInteger(`${name}.right`, right, left + 1, width);
  checkInteger(`${name}.bottom`, bottom, top + 1, height);
  checkInteger(`${name}.corners.length`, corners.length, 8, 8);
  for (const value of corners) checkFinite(`${name}.corners`, value);
}

/** Measured (npm run bench -- pixels): maps get 4 to 7 % larger than at level 6, in a third of the time or less. */
const DEFAULT_LEVEL = 4;

function levelOf({ level = DEFAULT_LEVEL }: PngOptions): number {
  return checkInteger('level', level, 0, 9);
}

function windowArguments(raster: Raster, window?: Window): [number, number, number, number] {
  if (window === undefined) return [0, 0, raster.width, raster.height];
  const { left, top, width, height } = window;
  return [
    checkInteger('window.left', left, 0, raster.width - 1),
    checkInteger('window.top', top, 0, raster.height - 1),
    checkInteger('window.width', width, 1, raster.width - left),
    checkInteger('window.height', height, 1, raster.height - top),
  ];
}

const DEFAULT_QUALITY = 90;

function sidesOf(name: string, { left, top, width, height }: Window): [number, number, number, number] {
  return [
    checkInteger(`${name}.left`, left, 0, MAX_SIDE),
    checkInteger(`${name}.top`, top, 0, MAX_SIDE),
    checkInteger(`${name}.width`, width, 1, MAX_SIDE),
    checkInteger(`${name}.height`, height, 1, MAX_SIDE),
  ];
}

function quantiseArguments({ colors = 256, method = 'fastoctree' }: QuantiseOptions): [number, number] {
  const quantiser = checkOneOf('method', method, QUANTISERS);
  return [checkInteger('colors', colors, method === 'mediancut' ? 2 : 1, 256), quantiser];
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

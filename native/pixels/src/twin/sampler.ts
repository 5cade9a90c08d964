import type { Raster } from '../contract.ts';

/** Positions are whole numbers of 1/256 pixel, weights of the bicubic kernel of 1/1024; as in cc/kernels/sampler.h. */
const FRACTIONS = 256;
const CUBIC_ONE = 1024;

/** Four weights for each fraction: cubic convolution with a = -1 (Keys 1981). */
const CUBIC = cubicWeights();

function cubicWeights(): Int32Array {
  const weights = new Int32Array(FRACTIONS * 4);
  const rounded = (weight: number) => Math.floor(weight * CUBIC_ONE + 0.5);
  for (let i = 0; i < FRACTIONS; i++) {
    const t = i / FRACTIONS;
    const w0 = rounded(-t + 2 * t * t - t * t * t);
    const w2 = rounded(t + t * t - t * t * t);
    const w3 = rounded(-(t * t) + t * t * t);
    weights.set([w0, CUBIC_ONE - w0 - w2 - w3, w2, w3], i * 4);
  }
  return weights;
}

/** Reads a source at positions inside of it, into `value`. */
export interface Sampler {
  readonly value: Uint8Array;
  sample(x: number, y: number): void;
}

/** @param sampling position in `SAMPLINGS` */
export function samplerOf(source: Raster, sampling: number): Sampler {
  if (sampling === 0) return new NearestSampler(source);
  return sampling === 1 ? new BilinearSampler(source) : new BicubicSampler(source);
}

class NearestSampler implements Sampler {
  readonly value = new Uint8Array(4);
  readonly #source: Raster;

  constructor(source: Raster) {
    this.#source = source;
  }

  sample(x: number, y: number): void {
    const { data, width, channels } = this.#source;
    const at = (Math.floor(y) * width + Math.floor(x)) * channels;
    for (let c = 0; c < channels; c++) this.value[c] = data[at + c] ?? 0;
  }
}

/** A weighted mean of some pixels. */
abstract class WeightingSampler implements Sampler {
  readonly value = new Uint8Array(4);
  readonly offsets: Float64Array;
  readonly weights: Float64Array;
  readonly source: Raster;
  /** The sum of the weights, a power of two. */
  readonly one: number;

  constructor(source: Raster, neighbours: number, one: number) {
    this.source = source;
    this.offsets = new Float64Array(neighbours);
    this.weights = new Float64Array(neighbours);
    this.one = one;
  }

  abstract place(x: number, y: number): void;

  sample(x: number, y: number): void {
    this.place(x, y);
    const { source, offsets, value } = this;
    const { data, channels } = source;
    for (let c = 0; c < channels; c++) value[c] = Math.min(255, Math.max(0, this.sum(c)));
    if (channels === 4 && offsets.some((offset) => data[offset + 3] !== 255)) this.#weightWithAlpha();
  }

  /** The weighted mean of a channel, rounded. */
  sum(channel: number): number {
    const { source, offsets, weights, one } = this;
    let sum = one / 2;
    for (let i = 0; i < offsets.length; i++) {
      sum += (weights[i] ?? 0) * (source.data[(offsets[i] ?? 0) + channel] ?? 0);
    }
    return Math.floor(sum / one);
  }

  #weightWithAlpha(): void {
    const { source, offsets, weights, value } = this;
    let alpha = 0;
    for (let i = 0; i < offsets.length; i++) alpha += (weights[i] ?? 0) * (source.data[(offsets[i] ?? 0) + 3] ?? 0);
    for (let c = 0; c < 3; c++) {
      let sum = 0;
      for (let i = 0; i < offsets.length; i++) {
        const offset = offsets[i] ?? 0;
        sum += (weights[i] ?? 0) * (source.data[offset + 3] ?? 0) * (source.data[offset + c] ?? 0);
      }
      const rounded = Math.floor((Math.max(0, sum) + Math.floor(alpha / 2)) / alpha);
      value[c] = value[3] === 0 ? 0 : Math.min(255, rounded);
    }
  }
}

/** The pixel whose centre is at or before a position, times 256, plus the fraction. */
function fixed(position: number): number {
  return Math.trunc(position * FRACTIONS + (FRACTIONS + 1) / 2) - FRACTIONS;
}

function clamp(index: number, size: number): number {
  return Math.min(size - 1, Math.max(0, index));
}

class BilinearSampler extends WeightingSampler {
  constructor(source: Raster) {
    super(source, 4, FRACTIONS * FRACTIONS);
  }

  override place(x: number, y: number): void {
    const { width, height, channels } = this.source;
    const column = fixed(x);
    const row = fixed(y);
    for (let i = 0; i < 4; i++) {
      const right = i & 1;
      const below = i >> 1;
      const at = clamp((row >> 8) + below, height) * width + clamp((column >> 8) + right, width);
      this.offsets[i] = at * channels;
      const fx = column & 255;
      const fy = row & 255;
      this.weights[i] = (right === 1 ? fx : FRACTIONS - fx) * (below === 1 ? fy : FRACTIONS - fy);
    }
  }
}

class BicubicSampler extends WeightingSampler {
  /** As in cc/kernels/bicubic.h: sums of rows are cut to 1/64 of a level before they are summed. */
  readonly #down = new Int32Array(4);
  readonly #across = new Int32Array(4);

  constructor(source: Raster) {
    super(source, 16, CUBIC_ONE * CUBIC_ONE);
  }

  override place(x: number, y: number): void {
    const { width, height, channels } = this.source;
    const column = fixed(x);
    const row = fixed(y);
    for (let j = 0; j < 4; j++) {
      this.#down[j] = CUBIC[(row & 255) * 4 + j] ?? 0;
      this.#across[j] = CUBIC[(column & 255) * 4 + j] ?? 0;
    }
    for (let j = 0; j < 4; j++) {
      const line = clamp((row >> 8) - 1 + j, height) * width;
      for (let i = 0; i < 4; i++) {
        this.offsets[j * 4 + i] = (line + clamp((column >> 8) - 1 + i, width)) * channels;
        this.weights[j * 4 + i] = (this.#down[j] ?? 0) * (this.#across[i] ?? 0);
      }
    }
  }

  override sum(channel: number): number {
    const { data } = this.source;
    let sum = 0;
    for (let j = 0; j < 4; j++) {
      let row = 0;
      for (let i = 0; i < 4; i++) row += (this.#across[i] ?? 0) * (data[(this.offsets[j * 4 + i] ?? 0) + channel] ?? 0);
      sum += (this.#down[j] ?? 0) * ((row + 8) >> 4);
    }
    return (sum + 2 ** 15) >> 16;
  }
}

import type { Bbox, Size } from '../grid/types.ts';
import { ConfigError } from '../http/errors.ts';
import type { Srs } from '../srs/srs.ts';

/** Metres in a pixel of a map at scale 1:1, as the OGC takes it (row SRC-04). */
const OGC_PIXEL = 0.00028;

/** Metres in a pixel of a map at this scale: of 1 : 25 000, 7. */
export function resolutionOfScale(scale: number): number {
  return scale * OGC_PIXEL;
}

/** So that a level's own resolution is within a limit written with few digits. */
const MIN_RES_TOLERANCE = 1e-6;

export interface ResolutionLimits {
  readonly min_res?: number | undefined;
  readonly max_res?: number | undefined;
  readonly min_scale?: number | undefined;
  readonly max_scale?: number | undefined;
}

/** From where to where a source is asked, in metres for each pixel; `coarsest` is the larger number. */
export class ResolutionRange {
  readonly coarsest: number;
  readonly finest: number;

  private constructor(coarsest: number, finest: number) {
    this.coarsest = coarsest;
    this.finest = finest;
  }

  /**
   * Limits by resolution or by scale; one alone is enough. MapProxy fails on a single scale (row SRC-04).
   *
   * @returns undefined without limits
   * @throws ConfigError for both kinds at once, and for limits that leave nothing
   */
  static of(limits: ResolutionLimits): ResolutionRange | undefined {
    const byResolution = limits.min_res !== undefined || limits.max_res !== undefined;
    const byScale = limits.min_scale !== undefined || limits.max_scale !== undefined;
    if (!byResolution && !byScale) return undefined;
    if (byResolution && byScale) throw new ConfigError('requires either min_res/max_res or max_scale/min_scale');
    const coarsest = limits.min_res ?? resolutionOfScale(limits.max_scale ?? Infinity);
    const finest = limits.max_res ?? resolutionOfScale(limits.min_scale ?? 0);
    if (coarsest <= finest) throw new ConfigError('min_res must be larger than max_res, max_scale than min_scale');
    return new ResolutionRange(coarsest, finest);
  }

  /**
   * Whether a map is within the limits on both axes (row SRC-03). Both limits are inclusive: that is what MapProxy
   * computes, though its documentation calls the fine one exclusive.
   */
  contains(bbox: Bbox, size: Size, srs: Srs): boolean {
    const x = ((bbox[2] - bbox[0]) * srs.metersPerUnit) / size[0];
    const y = ((bbox[3] - bbox[1]) * srs.metersPerUnit) / size[1];
    const coarsest = this.coarsest + MIN_RES_TOLERANCE;
    return x < coarsest && y < coarsest && x >= this.finest && y >= this.finest;
  }
}

import type { Bbox, Size } from './types.ts';

/** Whether two boxes share more than an edge. */
export function bboxIntersects(one: Bbox, two: Bbox): boolean {
  return one[0] < two[2] && one[2] > two[0] && one[1] < two[3] && one[3] > two[1];
}

/** Whether `outer` holds `inner`, but for the rounding of large coordinates. */
export function bboxContains(outer: Bbox, inner: Bbox): boolean {
  const x = Math.abs(outer[2] - outer[0]) / 1e13;
  const y = Math.abs(outer[3] - outer[1]) / 1e13;
  return outer[0] <= inner[0] + x && outer[2] >= inner[2] - x && outer[1] <= inner[1] + y && outer[3] >= inner[3] - y;
}

/** Whether two boxes are the same but for `tolerance` map units on each axis. */
export function bboxEquals(one: Bbox, two: Bbox, [x, y]: readonly [x: number, y: number]): boolean {
  return (
    Math.abs(one[0] - two[0]) <= x &&
    Math.abs(one[1] - two[1]) <= y &&
    Math.abs(one[2] - two[2]) <= x &&
    Math.abs(one[3] - two[3]) <= y
  );
}

/** The smallest box around both. */
export function bboxUnion(one: Bbox, two: Bbox): Bbox {
  return [Math.min(one[0], two[0]), Math.min(one[1], two[1]), Math.max(one[2], two[2]), Math.max(one[3], two[3])];
}

/** What both boxes share; undefined when that is nothing. */
export function bboxIntersection(one: Bbox, two: Bbox): Bbox | undefined {
  if (!bboxIntersects(one, two)) return undefined;
  return [Math.max(one[0], two[0]), Math.max(one[1], two[1]), Math.min(one[2], two[2]), Math.min(one[3], two[3])];
}

/** Map units in one pixel of a map: the finer of the two axes. */
export function resolutionOf(bbox: Bbox, size: Size): number {
  return Math.min(Math.abs(bbox[2] - bbox[0]) / size[0], Math.abs(bbox[3] - bbox[1]) / size[1]);
}

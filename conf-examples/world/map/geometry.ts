/** A place on the sheet: x grows eastwards, y southwards; in world units (the world is 1 wide) or in pixels. */
export type Point = readonly [x: number, y: number];

/** A chain of points. As a ring it is closed: the last point repeats the first. */
export type Line = readonly Point[];

export interface Box {
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;
}

export function boxOf(line: Line): Box {
  let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of line) {
    minX = Math.min(minX, x);
    minY = Math.min(minY, y);
    maxX = Math.max(maxX, x);
    maxY = Math.max(maxY, y);
  }
  return { minX, minY, maxX, maxY };
}

export function boxesMeet(a: Box, b: Box): boolean {
  return a.minX < b.maxX && b.minX < a.maxX && a.minY < b.maxY && b.minY < a.maxY;
}

export function shifted(line: Line, dx: number): Line {
  return dx === 0 ? line : line.map(([x, y]): Point => [x + dx, y]);
}

/** The area a ring encloses, whichever way it runs: square units of its points. */
export function areaOf(ring: Line): number {
  let sum = 0;
  let previous = ring.at(-1);
  for (const point of ring) {
    if (previous) sum += previous[0] * point[1] - point[0] * previous[1];
    previous = point;
  }
  return Math.abs(sum) / 2;
}

/** Whether the point lies inside by the even-odd rule, so that holes count as outside. */
export function isInside(point: Point, rings: readonly Line[]): boolean {
  const [x, y] = point;
  let inside = false;
  for (const ring of rings) {
    let previous = ring.at(-1);
    for (const current of ring) {
      if (previous && current[1] > y !== previous[1] > y) {
        const slope = (previous[0] - current[0]) / (previous[1] - current[1]);
        if (x < current[0] + (y - current[1]) * slope) inside = !inside;
      }
      previous = current;
    }
  }
  return inside;
}

function squaredDistanceToSegment([x, y]: Point, [ax, ay]: Point, [bx, by]: Point): number {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / length));
  return (x - ax - along * dx) ** 2 + (y - ay - along * dy) ** 2;
}

/**
 * Leaves out the points that stray less than `tolerance` from the line without them; both ends stay, so that lines
 * that met before still meet (Douglas and Peucker 1973).
 */
export function simplify(line: Line, tolerance: number): Line {
  const kept = new Uint8Array(line.length);
  kept[0] = 1;
  kept[line.length - 1] = 1;
  const spans: [number, number][] = [[0, line.length - 1]];
  for (let span = spans.pop(); span; span = spans.pop()) {
    const [first, last] = span;
    const [start, end] = [line[first], line[last]];
    if (!start || !end) continue;
    let farthest = -1;
    let distance = tolerance * tolerance;
    for (let index = first + 1; index < last; index++) {
      const point = line[index];
      const candidate = point ? squaredDistanceToSegment(point, start, end) : 0;
      if (candidate > distance) {
        farthest = index;
        distance = candidate;
      }
    }
    if (farthest < 0) continue;
    kept[farthest] = 1;
    spans.push([first, farthest], [farthest, last]);
  }
  return line.filter((_, index) => kept[index]);
}

/** The side of a box to cut at: `inside` says which points stay, `crossing` where an edge leaves or enters. */
interface Side {
  inside(point: Point): boolean;
  crossing(a: Point, b: Point): Point;
}

function sidesOf(box: Box): Side[] {
  const atX =
    (x: number) =>
    (a: Point, b: Point): Point => [x, a[1] + ((b[1] - a[1]) * (x - a[0])) / (b[0] - a[0])];
  const atY =
    (y: number) =>
    (a: Point, b: Point): Point => [a[0] + ((b[0] - a[0]) * (y - a[1])) / (b[1] - a[1]), y];
  return [
    { inside: ([x]) => x >= box.minX, crossing: atX(box.minX) },
    { inside: ([x]) => x <= box.maxX, crossing: atX(box.maxX) },
    { inside: ([, y]) => y >= box.minY, crossing: atY(box.minY) },
    { inside: ([, y]) => y <= box.maxY, crossing: atY(box.maxY) },
  ];
}

/**
 * Cuts a ring to a box, one side after the other (Sutherland and Hodgman 1974). Where it leaves and enters again the
 * result runs along the box: the box has to lie outside what is seen.
 */
export function clipRing(ring: Line, box: Box): Line {
  let points = ring;
  for (const side of sidesOf(box)) {
    const cut: Point[] = [];
    let previous = points.at(-1);
    for (const point of points) {
      if (previous) {
        const [was, is] = [side.inside(previous), side.inside(point)];
        if (was !== is) cut.push(side.crossing(previous, point));
        if (is) cut.push(point);
      }
      previous = point;
    }
    points = cut;
  }
  return points;
}

interface Cell {
  readonly center: Point;
  readonly half: number;
  readonly distance: number;
  /** No point of the cell can be farther inside than this. */
  readonly promise: number;
}

/**
 * The point of a polygon that is farthest from its outline, and that distance: where the widest label fits. Searches
 * square cells, the most promising first, until none promises more than a hundredth of the polygon's height.
 */
export function farthestInside(rings: readonly Line[]): { point: Point; distance: number } {
  const outline = rings[0] ?? [];
  const box = boxOf(outline);
  const cellAt = (center: Point, half: number): Cell => {
    let squared = Infinity;
    for (const ring of rings) {
      let previous = ring.at(-1);
      for (const current of ring) {
        if (previous) squared = Math.min(squared, squaredDistanceToSegment(center, previous, current));
        previous = current;
      }
    }
    const distance = (isInside(center, rings) ? 1 : -1) * Math.sqrt(squared);
    return { center, half, distance, promise: distance + half * Math.SQRT2 };
  };

  const side = Math.min(box.maxX - box.minX, box.maxY - box.minY);
  const cells: Cell[] = [];
  for (let x = box.minX + side / 2; x < box.maxX + side / 2; x += side) {
    for (let y = box.minY + side / 2; y < box.maxY + side / 2; y += side) cells.push(cellAt([x, y], side / 2));
  }
  let best = cellAt([(box.minX + box.maxX) / 2, (box.minY + box.maxY) / 2], 0);
  while (cells.length > 0) {
    cells.sort((a, b) => a.promise - b.promise);
    const cell = cells.pop();
    if (!cell || cell.promise <= best.distance + side / 100) break;
    if (cell.distance > best.distance) best = cell;
    const half = cell.half / 2;
    const [x, y] = cell.center;
    for (const [dx, dy] of [
      [-half, -half],
      [half, -half],
      [-half, half],
      [half, half],
    ] as const) {
      cells.push(cellAt([x + dx, y + dy], half));
    }
  }
  return { point: best.center, distance: best.distance };
}

/** Half axis in metres and squared eccentricity of WGS 84. */
const WGS84_AXIS = 6378137;
const WGS84_ECCENTRICITY = 0.006694379990141316;

/** Squared eccentricities this close are the same ellipsoid: that of GRS 80 is. */
const SAME_ECCENTRICITY = 5e-11;

const RADIANS_PER_ARC_SECOND = Math.PI / 180 / 3600;

/** An ellipsoid and how it lies to WGS 84. */
export interface Datum {
  /** Half axis, metres. */
  readonly axis: number;
  /** Squared eccentricity. */
  readonly eccentricity: number;
  /** Metres, radians (position vector) and factor; undefined: the centre and axes of WGS 84. */
  readonly shift: Shift | undefined;
}

interface Shift {
  readonly move: readonly [x: number, y: number, z: number];
  readonly turn: readonly [x: number, y: number, z: number];
  readonly scale: number;
}

export const WGS84_DATUM: Datum = { axis: WGS84_AXIS, eccentricity: WGS84_ECCENTRICITY, shift: undefined };

/** @param parameters values of `+towgs84`: three or seven, in metres, arc seconds and parts per million */
export function datumOf(axis: number, eccentricity: number, parameters: readonly number[]): Datum {
  if (parameters.every((parameter) => parameter === 0)) return { axis, eccentricity, shift: undefined };
  const [x = 0, y = 0, z = 0, turnX = 0, turnY = 0, turnZ = 0, scale = 0] = parameters;
  const turn = [
    turnX * RADIANS_PER_ARC_SECOND,
    turnY * RADIANS_PER_ARC_SECOND,
    turnZ * RADIANS_PER_ARC_SECOND,
  ] as const;
  return { axis, eccentricity, shift: { move: [x, y, z], turn, scale: 1 + scale / 1e6 } };
}

export function sameDatum(one: Datum, other: Datum): boolean {
  return (
    one.axis === other.axis &&
    Math.abs(one.eccentricity - other.eccentricity) < SAME_ECCENTRICITY &&
    JSON.stringify(one.shift) === JSON.stringify(other.shift)
  );
}

/** Longitude and latitude, radians; changed in place, as millions of points go through here. */
export interface GeodeticPoint {
  x: number;
  y: number;
}

/** Moves a point on the ellipsoid of one datum to that of another, through cartesian coordinates. */
export function changeDatum(point: GeodeticPoint, from: Datum, to: Datum): void {
  const [sinLat, cosLat] = [Math.sin(point.y), Math.cos(point.y)];
  const radius = from.axis / Math.sqrt(1 - from.eccentricity * sinLat * sinLat);
  let x = radius * cosLat * Math.cos(point.x);
  let y = radius * cosLat * Math.sin(point.x);
  let z = radius * (1 - from.eccentricity) * sinLat;
  if (from.shift !== undefined) {
    const { move, turn, scale } = from.shift;
    const [oldX, oldY, oldZ] = [x, y, z];
    x = scale * (oldX - turn[2] * oldY + turn[1] * oldZ) + move[0];
    y = scale * (turn[2] * oldX + oldY - turn[0] * oldZ) + move[1];
    z = scale * (-turn[1] * oldX + turn[0] * oldY + oldZ) + move[2];
  }
  if (to.shift !== undefined) {
    const { move, turn, scale } = to.shift;
    const [oldX, oldY, oldZ] = [(x - move[0]) / scale, (y - move[1]) / scale, (z - move[2]) / scale];
    x = oldX + turn[2] * oldY - turn[1] * oldZ;
    y = -turn[2] * oldX + oldY + turn[0] * oldZ;
    z = turn[1] * oldX - turn[0] * oldY + oldZ;
  }
  toGeodetic(point, x, y, z, to);
}

/** Bowring's formula (1976); a second round keeps it below a micrometre for points near the ellipsoid. */
function toGeodetic(point: GeodeticPoint, x: number, y: number, z: number, { axis, eccentricity }: Datum): void {
  const distance = Math.sqrt(x * x + y * y);
  const flattening = Math.sqrt(1 - eccentricity);
  const minorAxis = axis * flattening;
  const second = eccentricity / (1 - eccentricity);
  let reduced = Math.atan2(z, distance * flattening);
  let latitude = 0;
  for (let round = 0; round < 2; round++) {
    const [sin, cos] = [Math.sin(reduced), Math.cos(reduced)];
    latitude = Math.atan2(z + second * minorAxis * sin * sin * sin, distance - eccentricity * axis * cos * cos * cos);
    reduced = Math.atan(flattening * Math.tan(latitude));
  }
  point.x = Math.atan2(y, x);
  point.y = latitude;
}

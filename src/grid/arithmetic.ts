/**
 * Python's arithmetic where it differs from ours: tile counts and meta tile sizes must come out the same to the last
 * pixel, or caches made by MapProxy would be read at the wrong places.
 */

/** `a // b` for floats: the floor of the exact quotient, not of the rounded one (row GRD-19). `b` is positive. */
export function floorDivide(a: number, b: number): number {
  const rest = a % b;
  return Math.round((a - rest) / b) - (rest < 0 ? 1 : 0);
}

/** Doubles from here on are coarser than 12 decimals: rounding to 12 changes nothing. */
const COARSER_THAN_12_DECIMALS = 8192;

/** `round(value, 12)`: to the nearest, ties to the even digit (row GRD-21). */
export function round12(value: number): number {
  if (Math.abs(value) >= COARSER_THAN_12_DECIMALS) return value;
  const text = value.toFixed(12);
  // A tie needs exactly 13 binary digits after the point; toFixed takes it away from zero.
  const isTie = Math.abs((value * 8192) % 2) === 1;
  const last = text.charCodeAt(text.length - 1) - 48;
  return Number(isTie && last % 2 === 1 ? `${text.slice(0, -1)}${last - 1}` : text);
}

/** `round(value)`: ties to the even number. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

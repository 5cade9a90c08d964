/** What a transformation comes to; undefined: no place in the other system. */
export function place<Result>(transform: () => Result): Result | undefined {
  try {
    return transform();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

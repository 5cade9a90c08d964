/** The name that was probably meant: the one with the fewest letters to change, if those are few. */
export function nearestName(word: string, names: Iterable<string>): string | undefined {
  let nearest: string | undefined;
  // A third of the letters may be wrong, one at least.
  let least = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const name of names) {
    const changes = editDistance(word.toLowerCase(), name.toLowerCase(), least);
    if (changes < least) {
      least = changes;
      nearest = name;
    }
  }
  return nearest;
}

/** `; did you mean 'tile_size'?`, or '' where nothing is near. */
export function didYouMean(word: string, names: Iterable<string>): string {
  const nearest = nearestName(word, names);
  return nearest === undefined ? '' : `; did you mean '${nearest}'?`;
}

/** Letters to insert, delete, replace or swap with their neighbour; `limit` where it is that or more. */
function editDistance(one: string, other: string, limit: number): number {
  if (Math.abs(one.length - other.length) >= limit) return limit;
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i++) {
    const current = [i];
    for (let j = 1; j <= other.length; j++) {
      const isSame = one[i - 1] === other[j - 1];
      const isSwapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      current[j] = Math.min(
        (previous[j] ?? limit) + 1,
        (current[j - 1] ?? limit) + 1,
        (previous[j - 1] ?? limit) + (isSame ? 0 : 1),
        isSwapped ? (beforePrevious[j - 2] ?? limit) + 1 : limit,
      );
    }
    [beforePrevious, previous] = [previous, current];
  }
  return Math.min(previous[other.length] ?? limit, limit);
}

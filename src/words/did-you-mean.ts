/**
 * Which of these names was probably meant?
 *
 * Optimal string alignment (Damerau-Levenshtein without overlapping transpositions), blind to upper and lower case. Pure.
 */

/** @internal How many letters must be inserted, removed, replaced or swapped with their neighbour to turn one text into the other. */
export function editDistance(from: string, to: string): number {
  const a = Array.from(from);
  const b = Array.from(to);
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let best = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      );
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) best = Math.min(best, (beforeLast[column - 2] ?? 0) + 1);
      current.push(best);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? 0;
}

/**
 * The candidate that `text` is probably a slip of, the nearest first; undefined where none is near. Short words may be
 * off by one letter, words of six letters or more by two.
 */
export function nearest(text: string, candidates: Iterable<string>): string | undefined {
  let found: string | undefined;
  let foundDistance = Infinity;
  for (const candidate of candidates) {
    const allowed = Math.min(2, Math.max(1, Math.floor(candidate.length / 3)));
    // Letters outside the BMP count twice in a length, and once in a distance.
    if (text.length > 2 * (candidate.length + allowed)) continue;
    const distance = editDistance(text.toLowerCase(), candidate.toLowerCase());
    if (distance <= allowed && distance < candidate.length && distance < foundDistance) {
      found = candidate;
      foundDistance = distance;
    }
  }
  return found;
}

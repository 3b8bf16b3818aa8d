const MAX_WORD = 64;
const MAX_KNOWN = 2_000;

/**
 * The known word that is spelt most like the one found, or null where none is near.
 * Near means at most one edit in three characters; case does not count. Ties go to the first in order.
 */
export function nearestWord(found: string, known: Iterable<string>): string | null {
  if (found.length === 0 || found.length > MAX_WORD) return null;
  const wanted = found.toLowerCase();
  const allowed = Math.max(1, Math.floor(wanted.length / 3));
  let best: string | null = null;
  let bestDistance = allowed + 1;
  let looked = 0;
  for (const word of known) {
    looked += 1;
    if (looked > MAX_KNOWN) break;
    if (word.length > MAX_WORD || Math.abs(word.length - wanted.length) >= bestDistance) continue;
    const distance = editDistance(wanted, word.toLowerCase());
    if (distance < bestDistance) {
      best = word;
      bestDistance = distance;
    }
  }
  return best;
}

/**
 * Number of insertions, deletions, substitutions and swaps of neighbours that turn one word into the other.
 *
 * @see Damerau 1964, Levenshtein 1966; the restricted form, in which no part is edited twice
 */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let distance = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        distance = Math.min(distance, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(distance);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

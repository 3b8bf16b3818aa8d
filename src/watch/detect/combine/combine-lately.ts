/** What parts told of the latest rows. */
export type Lately = {
  /** Rarities of the latest rows, a place for each part in each of them; the oldest is replaced. */
  readonly ring: Float64Array;
  /** Rows that were taken. */
  readonly rows: Float64Array;
};

/** How parts are combined that tell of one event at different rows of it. */
export interface Agreement {
  /** Rows in which what they tell is of one event; 1 where each row is judged by itself. */
  readonly within: number;
  /** The power of the mean of their rarities: 1 for their sum, Fisher's statistic; greater ones come close to the greatest. */
  readonly power: number;
}

export function beginLately(parts: number, { within }: Agreement): Lately {
  return { ring: new Float64Array(parts * within), rows: new Float64Array(1) };
}

/**
 * What parts say together of rows that follow each other: the power mean of what one of them says of the row itself and
 * the most that the others said within the latest rows, at its greatest. So parts add up that see the same event
 * sooner and later, and a row of which none says anything is no longer told.
 *
 * @param rarities one place for each row, for each part
 * @see Fisher, "Statistical methods for research workers" (1925), for the sum of logarithms of probabilities
 */
export function combineLately(lately: Lately, rarities: readonly Float64Array[], agreement: Agreement): Float64Array {
  const parts = rarities.length;
  const { ring, rows } = lately;
  return Float64Array.from({ length: rarities[0]!.length }, (_, row) => {
    const own = rarities.map((part) => part[row]!);
    ring.set(own, (rows[0]! % agreement.within) * parts);
    rows[0] = rows[0]! + 1;
    return together(own, mostOf(ring, parts), agreement);
  });
}

/** The same for rows of which each comes next: nothing is taken in. */
export function combineNext(
  { ring, rows }: Lately,
  rarities: readonly Float64Array[],
  agreement: Agreement,
): Float64Array {
  const parts = rarities.length;
  const before = ring.slice();
  const replaced = (rows[0]! % agreement.within) * parts;
  before.fill(0, replaced, replaced + parts);
  const most = mostOf(before, parts);
  return Float64Array.from({ length: rarities[0]!.length }, (_, row) => {
    const own = rarities.map((part) => part[row]!);
    return together(
      own,
      most.map((rarity, part) => Math.max(rarity, own[part]!)),
      agreement,
    );
  });
}

/** The most that each part said in the rows of a ring. */
function mostOf(ring: Float64Array, parts: number): readonly number[] {
  const most = Array.from({ length: parts }, () => 0);
  for (let at = 0; at < ring.length; at++) most[at % parts] = Math.max(most[at % parts]!, ring[at]!);
  return most;
}

function together(own: readonly number[], most: readonly number[], { power }: Agreement): number {
  let greatest = 0;
  for (let now = 0; now < own.length; now++) {
    let sum = 0;
    for (let part = 0; part < own.length; part++) sum += (part === now ? own[part]! : most[part]!) ** power;
    greatest = Math.max(greatest, sum);
  }
  return (greatest / own.length) ** (1 / power);
}

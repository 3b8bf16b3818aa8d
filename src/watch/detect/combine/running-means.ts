/** The latest rows in a ring, of which means are taken. */
export type MeansState = {
  /** NaN where there was no row yet. */
  readonly ring: Float64Array;
  /** Rows that were taken. */
  readonly rows: Float64Array;
};

/** @param over rows that a mean is of */
export function beginMeans(width: number, over: number): MeansState {
  return { ring: new Float64Array(over * width).fill(NaN), rows: new Float64Array(1) };
}

/** Puts the mean of each field over a row and those before it into `into`, as if the row came next. */
export function meanWith({ ring, rows }: MeansState, row: Float64Array, into: Float64Array): void {
  const width = row.length;
  const over = ring.length / width;
  // The row takes the place of the oldest.
  const replaced = rows[0]! % over;
  for (let field = 0; field < width; field++) {
    let [sum, count] = [0, 0];
    for (let place = 0; place < over; place++) {
      const value = place === replaced ? row[field]! : ring[place * width + field]!;
      if (value !== value) continue;
      sum += value;
      count += 1;
    }
    // A value that is missing has no mean, whatever came before it.
    into[field] = Number.isNaN(row[field]!) ? NaN : sum / count;
  }
}

export function takeIntoMeans({ ring, rows }: MeansState, row: Float64Array): void {
  ring.set(row, (rows[0]! % (ring.length / row.length)) * row.length);
  rows[0] = rows[0]! + 1;
}

/** A detector, or several together, with what it says of each row. */
export interface Contender {
  readonly name: string;
  readonly scores: Float64Array;
}

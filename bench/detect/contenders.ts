import { combineRarities, fitTailModel, rarityOf } from '#watch/detect/index.ts';

/** A detector, or several together, with what it says of each row. */
export interface Contender {
  readonly name: string;
  readonly scores: Float64Array;
}

/**
 * The ensemble of detectors: each score as how rare it is among the detector's scores on some rows, and these combined.
 *
 * @param from first of the rows that scores are compared with: learnt by none of the detectors, and not tested
 * @param to row after the last of them
 */
export function ensembleOf(parts: readonly Contender[], from: number, to: number): Contender {
  const rarities = parts.map(({ scores }) => {
    const model = fitTailModel(scores.slice(from, to));
    return scores.map((score) => rarityOf(model, score));
  });
  return { name: 'ensemble', scores: combineRarities(rarities) };
}

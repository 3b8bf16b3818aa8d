import type { DetectorKind } from '../detector.ts';
import { isolationForest } from '../tabular/isolation-forest.ts';
import { nearestNeighbours } from '../tabular/nearest-neighbours.ts';
import { defineEnsemble } from './ensemble.ts';

/** What the ensemble of tables is made of. */
export const TABULAR_PARTS: readonly DetectorKind[] = [isolationForest, nearestNeighbours];

/**
 * The ensemble for rows of which nothing is known beforehand: two detectors that err differently, by isolation and by
 * distance. A third, by the shape of the whole, makes it no better in rank and worse where it errs.
 */
export const tabularEnsemble = defineEnsemble({
  name: 'tabular-ensemble',
  parts: TABULAR_PARTS,
});

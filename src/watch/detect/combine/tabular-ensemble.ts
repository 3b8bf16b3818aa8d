import { isolationForest } from '../tabular/isolation-forest.ts';
import { nearestNeighbours } from '../tabular/nearest-neighbours.ts';
import { defineEnsemble } from './ensemble.ts';

/**
 * The ensemble for rows of which nothing is known beforehand: two detectors that err differently, by isolation and by
 * distance. A third, by the shape of the whole, makes it no better in rank and worse where it errs.
 */
export const tabularEnsemble = defineEnsemble({
  name: 'tabular-ensemble',
  parts: [isolationForest, nearestNeighbours],
});

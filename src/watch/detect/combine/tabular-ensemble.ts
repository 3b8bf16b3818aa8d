import { isolationForest } from '../tabular/isolation-forest.ts';
import { nearestNeighbours } from '../tabular/nearest-neighbours.ts';
import { robustCovariance } from '../tabular/robust-covariance.ts';
import { defineEnsemble } from './ensemble.ts';

/**
 * The ensemble for rows of which nothing is known beforehand: three detectors that err differently, by isolation, by
 * distance and by the shape of the whole.
 */
export const tabularEnsemble = defineEnsemble({
  name: 'tabular-ensemble',
  parts: [isolationForest, robustCovariance, nearestNeighbours],
});

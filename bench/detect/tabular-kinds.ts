import {
  isolationForest,
  nearestNeighbours,
  principalComponents,
  robustCovariance,
  tabularEnsemble,
} from '#watch/detect/index.ts';
import type { DetectorKind } from '#watch/detect/index.ts';

/** What is measured on tables that are learnt without anomalies among them, with its standard settings. */
export const TABULAR_KINDS: readonly DetectorKind[] = [
  isolationForest,
  nearestNeighbours,
  robustCovariance,
  principalComponents,
  tabularEnsemble,
];

export { FeaturesError } from './errors.ts';
export type { FeaturesErrorCode } from './errors.ts';
export { seedRandom, nextWord, nextUniform, nextInteger, nextNormal, sampleIntegers } from './random-state.ts';
export type { RandomState } from './random-state.ts';
export { encodeState, decodeState } from './state-codec.ts';
export type { StateArray, StateRecord } from './state-codec.ts';
export {
  quantileOfSorted,
  sortedFinite,
  medianOf,
  MAD_TO_SIGMA,
  robustCentre,
  countAtMost,
  countBelow,
} from './order-statistics.ts';
export { ADWIN_LENGTH, adwinMean, adwinWidth, beginAdwin, STANDARD_ADWIN, takeAdwin } from './adwin.ts';
export type { AdwinRule, AdwinState } from './adwin.ts';
export { beginBaseline, learnBaseline, standardise } from './robust-baseline.ts';
export type { BaselineState } from './robust-baseline.ts';
export { cholesky, forwardSolve, backwardSolve, logDeterminant } from './cholesky.ts';
export { checkFeatures, columnsOf, FEATURE_KINDS, fieldsOf, roomOf } from './feature-kinds.ts';
export type { Feature } from './feature.ts';
export { LEAST_PEERS, standing } from './peer-standing.ts';
export type { Standing } from './peer-standing.ts';
export { MOST_PEERS, PeerSlots } from './peer-slots.ts';
export type { PeerField, PeerView, SavedSlots } from './peer-slots.ts';
export { peerFields } from './plan-features.ts';
export { FeatureStream } from './feature-stream.ts';
export { computeFeatures } from './compute-features.ts';
export { summariseRows, summaryWidth } from './summarise-rows.ts';
export { planFeatures } from './plan-features.ts';
export type { FeatureFields, FeatureInput, FeaturePlan, FeatureRole, PlannedFeature } from './plan-features.ts';
export { featureTable, gatherPeers } from './feature-table.ts';
export type { FeatureLine } from './feature-table.ts';
export { measureHashing } from './hashing-loss.ts';
export type { HashingReport } from './hashing-loss.ts';

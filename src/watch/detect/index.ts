export { DetectError } from './errors.ts';
export type { DetectErrorCode } from './errors.ts';
export type {
  CostClass,
  Detector,
  DetectorKind,
  FieldwiseDetector,
  IncrementalDetector,
  MovableDetector,
  Option,
  OptionsOf,
  OptionTable,
} from './detector.ts';
export { StateArena } from './state-arena.ts';
export { rowsOf, sliceRows, pickRows, columnOf, columnMedians } from './rows.ts';
export type { Rows } from './rows.ts';
export { robustZ } from './charts/robust-z.ts';
export { ewmaChart } from './charts/ewma-chart.ts';
export { cusumChart } from './charts/cusum-chart.ts';
export { pageHinkleyChart } from './charts/page-hinkley-chart.ts';
export { halfSpaceTrees } from './tabular/half-space-trees.ts';
export { autoencoderEnsemble } from './tabular/autoencoder-ensemble.ts';
export { isolationForest } from './tabular/isolation-forest.ts';
export { hbos } from './tabular/hbos.ts';
export { ecod } from './tabular/ecod.ts';
export { copod } from './tabular/copod.ts';
export { principalComponents } from './tabular/principal-components.ts';
export { robustCovariance } from './tabular/robust-covariance.ts';
export { nearestNeighbours } from './tabular/nearest-neighbours.ts';
export { kMeans } from './tabular/k-means.ts';
export { combineRarities } from './combine/combine-rarities.ts';
export { defineEnsemble } from './combine/ensemble.ts';
export type { EnsembleParts } from './combine/ensemble.ts';
export { TABULAR_PARTS, tabularEnsemble } from './combine/tabular-ensemble.ts';
export { defineWindowed } from './combine/windowed.ts';
export type { WindowedParts } from './combine/windowed.ts';
export { windowedComponents } from './combine/windowed-components.ts';
export { seriesEnsemble } from './combine/series-ensemble.ts';
export type { PartScores, SeriesEnsemble, SeriesScores } from './combine/series-ensemble.ts';
export { sequenceSurprisal } from './sequence/sequence-surprisal.ts';
export { seasonalForecaster } from './sequence/seasonal-forecaster.ts';
export { spectralResidual } from './sequence/spectral-residual.ts';
export { windowNeighbours } from './sequence/window-neighbours.ts';
export { stuckCheck } from './sensor/stuck-check.ts';
export { jumpCheck } from './sensor/jump-check.ts';
export { scaleCheck } from './sensor/scale-check.ts';
export { replayCheck } from './sensor/replay-check.ts';
export {
  INTERVAL,
  planDetection,
  planStream,
  planWatch,
  STANDARD_BUDGET,
  STANDARD_DETECTORS,
} from './live/watch-plan.ts';
export type { JudgedField, JudgedStream, WatchedField, WatchPlan } from './live/watch-plan.ts';
export { catalogue, chooseDetectors } from './live/detector-catalogue.ts';
export type { ChosenDetectors, WatchedDetector } from './live/detector-catalogue.ts';
export { windowBytes } from './tiers/tier-model.ts';
export { seatsWithin, seriesBytes, SeriesTier, STANDARD_SERIES_BYTES } from './tiers/series-tier.ts';
export { logEvent } from './rules/log-event.ts';
export type { LogEvent } from './rules/log-event.ts';
export { isPerson } from './rules/event-trail.ts';
export { RuleWatch } from './rules/rule-watch.ts';
export type { RuleWatchStatus } from './rules/rule-watch.ts';
export { findingId, SEVERITIES } from './live/finding.ts';
export type {
  Cause,
  Finding,
  FiredDetector,
  RuleFinding,
  Severity,
  ShownEvent,
  ShownReading,
  Violation,
} from './live/finding.ts';
export { DEARER_DETECTORS, DearerTiers, STANDARD_TIERS, WINDOW_ROWS } from './tiers/dearer-tiers.ts';
export type { TierFigures, TierRecall, TierRule, TierVerdict } from './tiers/dearer-tiers.ts';
export { DeviceJudge } from './live/device-judge.ts';
export { MOVED_NAME } from './live/explain-row.ts';
export { rateOfPart } from './live/rate-of-part.ts';
export { DeviceWatch } from './live/device-watch.ts';
export { ALL_DEVICES, DRIFT_NAME, driftFinding } from './live/drift-finding.ts';
export type { DeviceBaseline, SeenScore } from './live/device-judge.ts';
export { judgeAnswer } from './batch/judge-answer.ts';
export type { JudgedRows } from './batch/judge-answer.ts';
export type { AnsweredRow, AnswerShape } from './batch/answered-batch.ts';
export type { DeviceRows } from './live/device-rows.ts';
export { RowGatherer } from './live/row-gatherer.ts';
export { openState, sealState } from './live/state-file.ts';
export type { DeviceState, WatchState } from './live/state-file.ts';
export { hasMudPlans, planMud } from './flows/mud-plan.ts';
export type { MudPlan } from './flows/mud-plan.ts';
export { PROBER_FLOW, PROBER_PEERS } from './flows/prober-profile.ts';
export { CHANNEL_NAME } from './flows/channel-finding.ts';
export type { ChannelPlan } from './flows/channel-finding.ts';
export { ChannelLimit } from './flows/channel-limit.ts';
export { ChannelReference } from './flows/channel-reference.ts';
export { beginScore, takeWindow } from './flows/channel-score.ts';
export { CHANNEL_SIGNS, signsOf } from './flows/channel-signs.ts';
export { ChannelWatch } from './flows/channel-watch.ts';
export { MUD_NAME, MudWatch } from './flows/mud-watch.ts';
export { MOST_DEVICES, StreamWatch } from './live/stream-watch.ts';
export type { KnownBaseline } from './live/stream-watch.ts';
export { WatchService } from './live/watch-service.ts';
export { BEHAVIOUR_WINDOW, BehaviourProfile, STRANGE_WINDOWS, TRAITS } from './behaviour/behaviour-profile.ts';
export { FOREIGN_WINDOWS, TYPE_REJECTS, TypeProfiles } from './behaviour/type-profiles.ts';
export type { ForestFitter } from './behaviour/type-profiles.ts';
export { BehaviourWatch } from './behaviour/behaviour-watch.ts';
export type { BehaviourScore, Others, Strange } from './behaviour/behaviour-watch.ts';
export type { JournalState, WatchParts, WatchStatus } from './live/watch-service.ts';

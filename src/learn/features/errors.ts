import { PlatformError } from '#base/core/index.ts';

export type FeaturesErrorCode =
  | 'FEATURES_STATE_CORRUPT'
  | 'FEATURES_STATE_FOREIGN'
  | 'FEATURES_DEFINITION_INVALID'
  | 'FEATURES_ROWS_UNFIT';

/** Raised by the state of features and detectors. */
export class FeaturesError extends PlatformError<FeaturesErrorCode> {}

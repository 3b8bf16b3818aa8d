import { PlatformError } from '#base/core/index.ts';

export type DetectErrorCode =
  | 'DETECT_SHAPE_MISMATCH'
  | 'DETECT_OPTION_INVALID'
  | 'DETECT_STATE_UNFIT'
  | 'DETECT_ROWS_UNFIT';

/** Raised by detectors. */
export class DetectError extends PlatformError<DetectErrorCode> {}

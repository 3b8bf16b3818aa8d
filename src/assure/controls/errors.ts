import { PlatformError } from '#base/core/index.ts';

export type ControlsErrorCode = 'CONTROLS_BUNDLE_INVALID' | 'CONTROLS_BUNDLE_UNSIGNED';

/** Raised where evidence cannot be believed. */
export class ControlsError extends PlatformError<ControlsErrorCode> {}

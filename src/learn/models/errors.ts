import { PlatformError } from '#base/core/index.ts';

export type ModelsErrorCode = 'MODELS_ROWS_UNFIT' | 'MODELS_CAUSE_UNFIT' | 'MODELS_STATE_UNFIT';

/** Raised by what learns from rows. Messages name columns, never values. */
export class ModelsError extends PlatformError<ModelsErrorCode> {}

import { PlatformError } from '#base/core/index.ts';

export type MudErrorCode = 'MUD_PROFILE_INVALID';

/** Raised by what reads profiles. Messages name the place in the file. */
export class MudError extends PlatformError<MudErrorCode> {}

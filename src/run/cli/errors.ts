import { PlatformError } from '#base/core/index.ts';

export type CliErrorCode =
  | 'CLI_NO_PLATFORM'
  | 'CLI_NO_CREDENTIAL'
  | 'CLI_REFUSED'
  | 'CLI_USAGE'
  | 'CLI_FILE_UNREADABLE'
  | 'CLI_UNFINISHED';

/** Raised by the command line; the code is printed and every one exits with a status other than 0. */
export class CliError extends PlatformError<CliErrorCode> {}

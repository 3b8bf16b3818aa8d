import { PlatformError } from '#base/core/index.ts';

export type CliErrorCode =
  | 'CLI_NO_PLATFORM'
  | 'CLI_NO_INCIDENT'
  | 'CLI_NO_CREDENTIAL'
  | 'CLI_NO_PASSPHRASE'
  | 'CLI_NO_SECRET'
  | 'CLI_USER_UNKNOWN'
  | 'CLI_REFUSED'
  | 'CLI_USAGE'
  | 'CLI_FILE_UNREADABLE'
  | 'CLI_FILE_EXISTS'
  | 'CLI_TEMPLATE_INVALID'
  | 'CLI_POLICY_UNCLEAR'
  | 'CLI_PROPOSAL_OTHER'
  | 'CLI_LOG_BROKEN'
  | 'CLI_RECEIPT_OTHER'
  | 'CLI_CERTIFICATE_OTHER'
  | 'CLI_BACKUP_DAMAGED'
  | 'CLI_NOTHING_STORED'
  | 'CLI_UNCONFIRMED'
  | 'CLI_UNFINISHED';

/** Raised by the command line; the code is printed and every one exits with a status other than 0. */
export class CliError extends PlatformError<CliErrorCode> {}

/** What the platform said when it refused a request. */
export interface Refusal {
  readonly status: number;
  /** The platform's own code, such as `IDENTITY_DEVICE_EXISTS`; empty where it gave none. */
  readonly code: string;
}

/** The platform's answer behind a CLI_REFUSED; null for any other error. */
export function refusalOf(error: unknown): Refusal | null {
  if (!(error instanceof CliError) || error.code !== 'CLI_REFUSED') return null;
  return error.cause as Refusal;
}

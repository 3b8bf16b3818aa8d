import { PlatformError } from '#base/core/index.ts';

export type ServerErrorCode =
  | 'SERVER_DIRECTORY_IN_USE'
  | 'SERVER_DIRECTORY_UNSAFE'
  | 'SERVER_PROCESS_GONE'
  | 'SERVER_CALL_UNKNOWN'
  | 'SERVER_CALL_FAILED'
  | 'SERVER_PORT_IN_USE'
  | 'SERVER_DEMO_EXPOSED'
  | 'SERVER_QUERY_UNCONFINED'
  | 'SERVER_QUERY_BUSY'
  | 'SERVER_ISSUER_UNREACHABLE'
  | 'SERVER_HOLD_INVALID'
  | 'SERVER_HOLD_UNKNOWN'
  | 'SERVER_ERASURE_INCOMPLETE'
  | 'SERVER_RESTORE_UNFINISHED'
  | 'SERVER_TEMPLATE_OLDER'
  | 'SERVER_SUBJECT_INVALID'
  | 'SERVER_SUBJECT_HELD'
  | 'SERVER_REQUEST_UNKNOWN'
  | 'SERVER_KEY_GONE'
  | 'SERVER_KEY_UNGRANTED'
  | 'SERVER_TRACE_HEADERS'
  | 'SERVER_TEMPLATE_INVALID';

/** Raised by the composition of the platform: its directory, processes and ports. */
export class ServerError extends PlatformError<ServerErrorCode> {}

import { PlatformError } from '#base/core/index.ts';

export type ApiErrorCode =
  | 'API_UNAUTHENTICATED'
  | 'API_FORBIDDEN'
  | 'API_BODY_INVALID'
  | 'API_QUERY_INVALID'
  | 'API_ROUTE_UNKNOWN'
  | 'API_FORMAT_INVALID'
  | 'API_PROVE_BUSY'
  | 'API_TEMPLATE_REFUSED'
  | 'API_VIEW_UNKNOWN'
  | 'API_QUERY_UNKNOWN'
  | 'API_TABLE_INVALID'
  | 'API_TABLE_UNKNOWN'
  | 'API_ENTRY_UNKNOWN'
  | 'API_READING_UNKNOWN'
  | 'API_COMMAND_INVALID'
  | 'API_INTERNAL';

/** Raised by the API. */
export class ApiError extends PlatformError<ApiErrorCode> {}

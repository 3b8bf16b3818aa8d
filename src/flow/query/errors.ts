import { PlatformError } from '#base/core/index.ts';

export type QueryErrorCode =
  | 'QUERY_REFUSED'
  | 'QUERY_BUDGET_SPENT'
  | 'QUERY_SYNTAX'
  | 'QUERY_UNSUPPORTED'
  | 'QUERY_TOO_LONG'
  | 'QUERY_PARAMETERS'
  | 'QUERY_FAILED'
  | 'QUERY_TIME_LIMIT'
  | 'QUERY_MEMORY_LIMIT'
  | 'QUERY_ROW_LIMIT'
  | 'QUERY_CANCELLED'
  | 'QUERY_SEGMENT_DAMAGED'
  | 'QUERY_SEGMENT_MISMATCH';

/** Raised by this room. Messages name relations, columns and functions, never values of rows. */
export class QueryError extends PlatformError<QueryErrorCode> {
  /** The engine's own words, for the author of the statement alone: they may quote values that it may see. Never logged. */
  readonly detail: string | undefined;

  constructor(
    code: QueryErrorCode,
    message: string,
    options: { hint?: string; cause?: unknown; detail?: string } = {},
  ) {
    super(code, message, options);
    this.detail = options.detail;
  }
}

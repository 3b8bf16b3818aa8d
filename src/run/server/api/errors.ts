import { PlatformError } from '#base/core/index.ts';
import type { RateVerdict } from './rate-buckets.ts';

export type ApiErrorCode =
  | 'API_UNAUTHENTICATED'
  | 'API_FORBIDDEN'
  | 'API_BODY_INVALID'
  | 'API_QUERY_INVALID'
  | 'API_METHOD_UNKNOWN'
  | 'API_ROUTE_UNKNOWN'
  | 'API_PROVE_BUSY'
  | 'API_EVIDENCE_UNKNOWN'
  | 'API_TEMPLATE_REFUSED'
  | 'API_TEMPLATE_UNKNOWN'
  | 'API_AGENT_REFUSED'
  | 'API_PROPOSAL_UNKNOWN'
  | 'API_PROPOSAL_SPENT'
  | 'API_PROPOSAL_CONFLICT'
  | 'API_PROPOSAL_BUSY'
  | 'API_VIEW_UNKNOWN'
  | 'API_QUERY_UNKNOWN'
  | 'API_DATASET_INVALID'
  | 'API_DATASET_UNKNOWN'
  | 'API_DATASET_REFUSED'
  | 'API_RELEASE_UNKNOWN'
  | 'API_RELEASE_INVALID'
  | 'API_RELEASE_CONFLICT'
  | 'API_KEY_FORBIDDEN'
  | 'API_SUM_REFUSED'
  | 'API_RECEIPT_UNKNOWN'
  | 'API_RECEIPT_UNPROVEN'
  | 'API_TABLE_INVALID'
  | 'API_TABLE_UNKNOWN'
  | 'API_BASELINE_UNKNOWN'
  | 'API_TOKENS_REFUSED'
  | 'API_CERTIFICATE_UNKNOWN'
  | 'API_ENTRY_UNKNOWN'
  | 'API_READING_UNKNOWN'
  | 'API_COMMAND_INVALID'
  | 'API_NOT_READY'
  | 'API_SIGNATURE_INVALID'
  | 'API_RATE'
  | 'API_SIGN_IN_BUSY'
  | 'API_INTERNAL';

/** Raised where a caller has used up what it may. */
export class RateLimited extends PlatformError<'API_RATE'> {
  readonly verdict: RateVerdict;

  constructor(verdict: RateVerdict) {
    super('API_RATE', `Cannot answer: ${verdict.violated.join(' and ')} used up`, {
      hint: `Come again in ${verdict.retryAfter} s; limits are set under \`limits\` in the template`,
    });
    this.verdict = verdict;
  }
}

/** Raised by the API. */
export class ApiError extends PlatformError<ApiErrorCode> {}

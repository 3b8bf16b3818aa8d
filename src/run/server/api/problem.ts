import { Type } from '#base/core/index.ts';
import { PlatformError } from '#base/core/index.ts';
import { QUOTA_EXCEEDED } from '#flow/gateway/index.ts';
import { RateLimited } from './errors.ts';
import { listOf, text } from './forms.ts';

/** A problem document with the code of the error register beside the standard members. @see RFC 9457 */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly hint?: string;
  /** The query engine's own words, for the author of the statement. */
  readonly engine?: string;
  /** Names of the policies of whose quota there is nothing left. */
  readonly 'violated-policies'?: readonly string[];
}

/** The form of a problem document. */
export const PROBLEM = Type.Object({
  type: Type.String({ format: 'uri-reference' }),
  title: text,
  status: Type.Integer({ minimum: 400, maximum: 599 }),
  detail: text,
  code: Type.String({ pattern: '^[A-Z][A-Z0-9_]*$', description: 'A code of the register of errors.' }),
  hint: Type.Optional(text),
  engine: Type.Optional(text),
  'violated-policies': Type.Optional(listOf(text)),
});

/**
 * What an error means over HTTP: the first rule whose pattern its code matches.
 * This is the only place where codes become statuses.
 */
const STATUSES: readonly (readonly [RegExp, number, string])[] = [
  [/^QUERY_(SYNTAX|PARAMETERS|TOO_LONG|UNSUPPORTED|REFUSED)$/, 400, 'Not a statement that can run'],
  [/^QUERY_BUDGET_SPENT$/, 403, 'Nothing more may be told'],
  [/^QUERY_SEGMENT_/, 500, 'Stored readings are damaged'],
  [/^QUERY_/, 422, 'The statement could not be run to its end'],
  [/^API_SIGNATURE_INVALID$/, 403, 'Not signed as it must be'],
  [/_UNAUTHENTICATED$/, 401, 'Who you are is not known'],
  [/_(DENIED|FORBIDDEN|NOT_ALLOWED)$/, 403, 'Not allowed'],
  [/^API_METHOD_UNKNOWN$/, 405, 'Not with this method'],
  [/_(UNKNOWN|MISSING|NOT_FOUND)$/, 404, 'Not found'],
  [/_(EXISTS|TAKEN|CONFLICT|CONSTRAINT|ACTIVE|NEEDED|SPENT|HELD)$/, 409, 'In conflict with what is there'],
  [/_(TOO_LARGE|LIMIT|TOO_MANY)$/, 413, 'Larger than the limit'],
  [/_(INVALID|REFUSED|UNPARSED|FAILED_CHECK)$/, 400, 'Not acceptable as it is'],
  [/_RATE$/, 429, 'Quota exceeded'],
  [/_BUSY$/, 429, 'Too many at once'],
  [/_(FULL|UNAVAILABLE|GONE|STUCK|CLOSED|NOT_READY|EXPIRED)$/, 503, 'Not possible now'],
];

/** The problem document of a thrown value. What was not raised on purpose shows nothing of its inside. */
export function problemOf(error: unknown): Problem {
  if (!(error instanceof PlatformError)) {
    return {
      type: 'about:blank',
      title: 'Internal fault',
      status: 500,
      detail: 'The platform met a fault that it was not prepared for; its log says more',
      code: 'API_INTERNAL',
    };
  }
  const [, status, title] = STATUSES.find(([pattern]) => pattern.test(error.code)) ?? [null, 500, 'Internal fault'];
  return {
    type: error instanceof RateLimited ? QUOTA_EXCEEDED : 'about:blank',
    title,
    status,
    detail: error.message,
    code: error.code,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error instanceof RateLimited ? { 'violated-policies': error.verdict.violated } : {}),
    ...('detail' in error && typeof error.detail === 'string' ? { engine: error.detail } : {}),
  };
}

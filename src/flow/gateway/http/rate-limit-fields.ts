/** What one policy leaves to a caller. */
export interface ServiceLimit {
  /** Name of the policy, in printable ASCII. */
  readonly policy: string;
  /** Requests, or what `unit` names, that a full bucket holds. */
  readonly quota: number;
  /** Seconds in which an empty bucket fills. */
  readonly window: number;
  /** What may still be used now. */
  readonly remaining: number;
  /** Seconds until there is more; 0 where the bucket is full. */
  readonly reset: number;
  /** What is counted, where it is not requests. */
  readonly unit?: string;
}

/** The type of the problem document with which a limit answers. */
export const QUOTA_EXCEEDED = 'https://iana.org/assignments/http-problem-types#quota-exceeded';

/**
 * The fields `RateLimit-Policy` and `RateLimit`, which tell a caller what it may use before it is refused.
 *
 * @see draft-ietf-httpapi-ratelimit-headers-10 sections 3 and 4; RFC 9651 for the syntax
 */
export function rateLimitFields(limits: readonly ServiceLimit[]): Readonly<Record<string, string>> {
  if (limits.length === 0) return {};
  return {
    'ratelimit-policy': limits.map(policyItem).join(', '),
    ratelimit: limits.map(({ policy, remaining, reset }) => `${text(policy)};r=${remaining};t=${reset}`).join(', '),
  };
}

function policyItem({ policy, quota, window, unit }: ServiceLimit): string {
  return `${text(policy)};q=${quota}${unit === undefined ? '' : `;qu=${text(unit)}`};w=${window}`;
}

/** A string of a structured field; what such a string cannot hold becomes a question mark. @see RFC 9651 section 3.3.3 */
function text(value: string): string {
  return `"${value.replaceAll(/[^\x20-\x7e]/g, '?').replaceAll(/["\\]/g, '\\$&')}"`;
}

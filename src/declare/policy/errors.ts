import { PlatformError } from '#base/core/index.ts';

export type PolicyErrorCode = 'POLICY_DENIED';

/** Raised where a caller needs a decision to be yes and has no other way to say that it is no. */
export class PolicyError extends PlatformError<PolicyErrorCode> {}

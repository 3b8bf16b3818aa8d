import { PlatformError } from '#base/core/index.ts';

export type PolicyErrorCode = 'POLICY_DENIED' | 'POLICY_INVALID' | 'POLICY_TEST_INVALID';

/** Raised where a decision has to be yes and is no, and where policies are not what Cedar can use. */
export class PolicyError extends PlatformError<PolicyErrorCode> {}

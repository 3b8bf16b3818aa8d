import { IdentityError } from '../errors.ts';

/**
 * Why a certificate was taken back, by the name and number of the standard. `certificateHold` is for certificates that
 * are suspended and never for those that are revoked; `removeFromCRL` stands in delta lists alone.
 *
 * @see RFC 5280 section 5.3.1
 */
export const REVOCATION_REASONS = Object.freeze({
  unspecified: 0,
  keyCompromise: 1,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  privilegeWithdrawn: 9,
  aACompromise: 10,
});
export type RevocationReason = keyof typeof REVOCATION_REASONS;

/** The reasons that somebody can give: a hold is not for ever, so it is none of them. */
export const GIVEN_REASONS: readonly RevocationReason[] = (
  Object.keys(REVOCATION_REASONS) as RevocationReason[]
).filter((reason) => reason !== 'certificateHold');

/** @param reason untrusted @throws {IdentityError} IDENTITY_REVOCATION_INVALID unless it can be given */
export function requireReason(reason: string): RevocationReason {
  const known = GIVEN_REASONS.find((one) => one === reason);
  if (known !== undefined) return known;
  throw new IdentityError('IDENTITY_REVOCATION_INVALID', `Cannot revoke: ${reason.slice(0, 40)} is no reason`, {
    hint: `Take one of ${GIVEN_REASONS.join(', ')}`,
  });
}

/** The name of a reason's number; `unspecified` for one that is not known. */
export function reasonName(code: number): RevocationReason {
  const names = Object.keys(REVOCATION_REASONS) as RevocationReason[];
  return names.find((name) => REVOCATION_REASONS[name] === code) ?? 'unspecified';
}

/**
 * How well somebody has shown who they are, from least to most: with a secret that whoever has it can show; with proof
 * of possession of a key, given anew with each connection or request; with two factors, as the identity provider says.
 *
 * @see NIST SP 800-63B section 4: a coarse reading of its authenticator assurance levels
 */
export const STRENGTHS = ['bearer', 'bound', 'multi-factor'] as const;
export type Strength = (typeof STRENGTHS)[number];

/** Whether a strength is at least another; a strength that was not told is less than any. */
export function isAtLeast(strength: Strength | undefined, least: Strength): boolean {
  return strength !== undefined && STRENGTHS.indexOf(strength) >= STRENGTHS.indexOf(least);
}

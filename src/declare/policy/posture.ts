/**
 * What is known of the state of a device: attested of late and found right, attested but too long ago, found wrong, or
 * never told.
 *
 * @see NIST SP 800-207 section 3.3: posture is an input of the decision
 */
export const POSTURES = ['fresh', 'stale', 'bad', 'unknown'] as const;
export type Posture = (typeof POSTURES)[number];

import { micros } from '#base/core/index.ts';
import type { Micros } from '#base/core/index.ts';
import { withdrawnAt } from './consent.ts';
import type { Consent } from './consent.ts';

/** How far the consent of one person for one purpose reaches. */
export interface Standing {
  /** What was received from then on may be used. */
  readonly since: Micros;
  /** When it ends by itself; null where it does not. */
  readonly until: Micros | null;
}

/**
 * The consent of one person to one purpose as it stands, or null where none does.
 *
 * Consents that follow one another without a gap count as one, so that a renewal takes nothing away. What was received
 * before a gap, such as a withdrawal, stays out whatever is given later: a new consent is for what comes from then on.
 *
 * @param consents of one person to one stream, in any order
 */
export function standingOf(consents: readonly Consent[], purpose: string, now: Micros): Standing | null {
  const spans = consents.flatMap((consent) => spanOf(consent, purpose)).sort((a, b) => a.since - b.since);
  let joined: { since: Micros; until: number } | null = null;
  for (const { since, until } of spans) {
    if (since > now) break;
    if (joined !== null && since <= joined.until) joined.until = Math.max(joined.until, until);
    else joined = { since, until };
  }
  if (joined === null || joined.until <= now) return null;
  return { since: joined.since, until: joined.until === Infinity ? null : micros(joined.until) };
}

/** When a consent counts for a purpose: from when it was given until it is withdrawn or expires. */
function spanOf(consent: Consent, purpose: string): readonly { since: Micros; until: number }[] {
  if (consent.suspended || !consent.terms.purposes.includes(purpose)) return [];
  const until = Math.min(consent.expires ?? Infinity, withdrawnAt(consent, purpose) ?? Infinity);
  return until > consent.given ? [{ since: consent.given, until }] : [];
}

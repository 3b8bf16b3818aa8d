import type { AuditEvent } from '#base/core/index.ts';
import { reasonName } from './revocation-reason.ts';
import type { RevocationReason } from './revocation-reason.ts';
import { formatTarget, parseTarget } from './revoke-target.ts';
import type { RevokeTarget } from './revoke-target.ts';

// Revocations as entries of the log: whole, so that a catalogue that has lost them gets them back from there.

/** The action of the entries. */
export const REVOKE = 'revoke';

/** A serial number has up to 40 digits, a member 512 characters, an entry 8,192 bytes. */
const SERIALS_PER_MEMBER = 12;
const MEMBERS = 14;
const MEMBER_PATTERN = /^serials[0-9]*$/;

/** What an entry says was revoked. */
export interface LoggedRevocation {
  readonly target: RevokeTarget;
  readonly reason: RevocationReason;
  readonly serials: readonly string[];
}

/**
 * The entries of one revocation, in order: each names the target, and all of them together every certificate.
 *
 * @param serials upper-case hex
 */
export function formatRevocation(actor: string, { target, reason, serials }: LoggedRevocation): readonly AuditEvent[] {
  const perEntry = SERIALS_PER_MEMBER * MEMBERS;
  const parts = Math.max(1, Math.ceil(serials.length / perEntry));
  return Array.from({ length: parts }, (_, part) => {
    const detail: Record<string, string | number> = { count: serials.length, part: part + 1, parts };
    const own = serials.slice(part * perEntry, (part + 1) * perEntry);
    for (let at = 0; at < own.length; at += SERIALS_PER_MEMBER) {
      detail[`serials${at / SERIALS_PER_MEMBER + 1}`] = own.slice(at, at + SERIALS_PER_MEMBER).join(' ');
    }
    return { actor, action: REVOKE, resource: formatTarget(target), outcome: 'done', reason, detail };
  });
}

/** Reads an entry back; null for an entry of another kind. */
export function parseRevocation({ action, resource, outcome, reason, detail }: AuditEvent): LoggedRevocation | null {
  const target = action === REVOKE && outcome === 'done' ? parseTarget(resource) : null;
  if (target === null) return null;
  const serials = Object.entries(detail ?? {}).flatMap(([name, text]) =>
    MEMBER_PATTERN.test(name) && typeof text === 'string' ? text.split(' ') : [],
  );
  return { target, reason: knownReason(reason), serials };
}

function knownReason(reason: string | undefined): RevocationReason {
  for (let code = 0; code <= 10; code++) if (reasonName(code) === reason) return reasonName(code);
  return 'unspecified';
}

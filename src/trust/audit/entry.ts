import { canonicalJson, decodeUtf8, encodeUtf8, formatMicros, parseRfc3339 } from '#base/core/index.ts';
import type { AuditEvent, Json, Micros } from '#base/core/index.ts';
import { AuditError } from './errors.ts';

/** An entry of the log: an event and when it was put there. */
export interface AuditEntry {
  readonly time: Micros;
  readonly event: AuditEvent;
}

/** Limits on an entry, in UTF-16 code units unless said otherwise. Entries bind bulk data by digest and stay small. */
export const ENTRY_LIMITS = {
  bytes: 8192,
  actor: 256,
  action: 64,
  resource: 512,
  purpose: 64,
  reason: 128,
  detailMembers: 32,
  detailKey: 64,
  detailText: 512,
} as const;

const VERSION = 1;
const OUTCOMES = ['allowed', 'denied', 'done', 'failed'] as const;
const ACTION_PATTERN = /^[a-z][a-z0-9.-]*$/;
const DETAIL_KEY_PATTERN = /^[A-Za-z][A-Za-z0-9_-]*$/;
const DIGEST_PATTERN = /^[0-9a-f]{64}$/;
const MEMBERS = ['v', 'time', 'actor', 'action', 'resource', 'purpose', 'outcome', 'reason', 'digest', 'detail'];

/**
 * The canonical bytes of an entry: what is hashed into the log. They do not depend on the entry's place.
 *
 * @throws {AuditError} AUDIT_ENTRY_INVALID if a member has another type or form, or is over its limit
 * @see RFC 8785; docs/formats/audit-log.md
 */
export function encodeEntry({ time, event }: AuditEntry): Uint8Array {
  checkEvent(event);
  const { actor, action, resource, purpose, outcome, reason, digest, detail } = event;
  // An absent member and one that is undefined are the same: canonicalJson leaves both out.
  const members = { v: VERSION, time: formatMicros(time), actor, action, resource, purpose, outcome, reason, digest };
  const json = detail === undefined ? members : { ...members, detail };
  const bytes = encodeUtf8(canonicalJson(json as unknown as Json));
  if (bytes.length > ENTRY_LIMITS.bytes) throw invalid(`it has ${bytes.length} bytes, more than ${ENTRY_LIMITS.bytes}`);
  return bytes;
}

/**
 * Reads an entry back.
 *
 * @throws {AuditError} AUDIT_ENTRY_INVALID unless the bytes are the canonical form of an entry of a known version
 */
export function decodeEntry(bytes: Uint8Array): AuditEntry {
  if (bytes.length > ENTRY_LIMITS.bytes) throw invalid('its bytes are too many');
  let text: string;
  let json: unknown;
  try {
    text = decodeUtf8(bytes);
    json = JSON.parse(text);
  } catch (cause) {
    throw invalid('its bytes are not JSON', cause);
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw invalid('it is not an object');
  const { v, time, ...rest } = json as Record<string, unknown>;
  if (v !== VERSION) throw invalid('its version is not known');
  if (Object.keys(rest).some((key) => !MEMBERS.includes(key))) throw invalid('it has a member that is not known');
  const micros = typeof time === 'string' ? parseRfc3339(time) : null;
  if (micros === null) throw invalid('its time is not RFC 3339');
  const entry = { time: micros, event: rest as unknown as AuditEvent };
  // One entry has one form: otherwise two logs with the same content could have different roots.
  if (decodeUtf8(encodeEntry(entry)) !== text) throw invalid('its bytes are not canonical');
  return entry;
}

/**
 * Makes a text from outside fit for an entry: well-formed, and cut to a limit with `…` at its end where it was longer.
 * Entries refuse what is over a limit, so that nothing is cut unseen.
 */
export function clipText(text: string, limit: number): string {
  const whole = text.toWellFormed();
  // A pair cut in two would be made into U+FFFD by the second call.
  return whole.length <= limit ? whole : `${whole.slice(0, limit - 1)}…`.toWellFormed();
}

function checkEvent(event: AuditEvent): void {
  checkText('actor', event.actor, ENTRY_LIMITS.actor);
  checkText('action', event.action, ENTRY_LIMITS.action);
  if (!ACTION_PATTERN.test(event.action)) throw invalid('its action is no lower-case word');
  checkText('resource', event.resource, ENTRY_LIMITS.resource);
  if (!OUTCOMES.includes(event.outcome)) throw invalid('its outcome is not known');
  if (event.purpose !== undefined) checkText('purpose', event.purpose, ENTRY_LIMITS.purpose);
  if (event.reason !== undefined) checkText('reason', event.reason, ENTRY_LIMITS.reason);
  if (event.digest !== undefined && !(typeof event.digest === 'string' && DIGEST_PATTERN.test(event.digest))) {
    throw invalid('its digest is not SHA-256 in hex');
  }
  if (event.detail !== undefined) checkDetail(event.detail);
}

function checkDetail(detail: unknown): void {
  if (typeof detail !== 'object' || detail === null || Array.isArray(detail)) throw invalid('its detail is no object');
  const members = Object.entries(detail);
  if (members.length > ENTRY_LIMITS.detailMembers) throw invalid('its detail has too many members');
  for (const [key, value] of members) {
    if (key.length > ENTRY_LIMITS.detailKey || !DETAIL_KEY_PATTERN.test(key))
      throw invalid('a name in its detail is none');
    if (typeof value === 'string') checkText(`detail.${key}`, value, ENTRY_LIMITS.detailText, 0);
    else if (typeof value === 'number' ? !Number.isFinite(value) : typeof value !== 'boolean') {
      throw invalid(`its detail.${key} is no text, finite number or boolean`);
    }
  }
}

function checkText(member: string, value: unknown, limit: number, least = 1): void {
  if (typeof value !== 'string' || value.length < least) throw invalid(`its ${member} is no text`);
  if (value.length > limit) throw invalid(`its ${member} has ${value.length} characters, more than ${limit}`);
  if (!value.isWellFormed()) throw invalid(`its ${member} holds a lone surrogate`);
}

function invalid(why: string, cause?: unknown): AuditError {
  return new AuditError('AUDIT_ENTRY_INVALID', `Cannot take audit entry: ${why}`, {
    cause,
    hint: 'Shorten texts from outside with clipText and bind larger data by its digest',
  });
}

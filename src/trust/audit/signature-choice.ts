import { encodeUtf8 } from '#base/core/index.ts';
import type { AuditEvent } from '#base/core/index.ts';
import { SIGNATURE_ALGORITHMS } from '#base/crypto/index.ts';
import type { NoteVerifier, SignatureAlgorithm } from '#base/crypto/index.ts';
import { decodeEntry } from './entry.ts';

/** Which signatures every checkpoint has to carry from the one on that has the entry which says so. */
export interface SignatureChoice {
  readonly algorithms: readonly SignatureAlgorithm[];
}

const ACTION = 'choose-signatures';
const RESOURCE = 'log:checkpoints';
/** Its place in the canonical form, so that not every entry has to be decoded to find the few. */
const NEEDLE = Buffer.from(encodeUtf8(`"action":"${ACTION}"`));

/** The event that puts a choice into the log. */
export function choiceEvent(actor: string, { algorithms }: SignatureChoice): AuditEvent {
  return { actor, action: ACTION, resource: RESOURCE, outcome: 'done', detail: { algorithms: algorithms.join(' ') } };
}

/** The choice that an entry makes; null for every other entry, and for one that names nothing that is known. */
export function choiceOf(entry: Uint8Array): SignatureChoice | null {
  if (Buffer.from(entry.buffer, entry.byteOffset, entry.byteLength).indexOf(NEEDLE) === -1) return null;
  const { action, resource, detail } = decodeEntry(entry).event;
  if (action !== ACTION || resource !== RESOURCE || typeof detail?.['algorithms'] !== 'string') return null;
  const named = detail['algorithms'].split(' ');
  const algorithms = SIGNATURE_ALGORITHMS.filter((id) => named.includes(id));
  return algorithms.length === 0 ? null : { algorithms };
}

/** The last choice among entries in their order; null where they make none. */
export function lastChoice(entries: readonly Uint8Array[]): SignatureChoice | null {
  return entries.reduce<SignatureChoice | null>((last, entry) => choiceOf(entry) ?? last, null);
}

/** The keys that have to have signed: those of the choice; all of them where the log has made none. */
export function keysWanted(keys: readonly NoteVerifier[], choice: SignatureChoice | null): readonly NoteVerifier[] {
  return choice === null ? keys : keys.filter(({ algorithm }) => choice.algorithms.includes(algorithm));
}

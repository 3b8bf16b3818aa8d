import { canonicalJson, encodeUtf8, formatMicros, makeId } from '#base/core/index.ts';
import type { AuditSink, Clock, Json, Micros, Random } from '#base/core/index.ts';
import { sha256Hex } from '#base/crypto/index.ts';
import type { KeyRing } from '#trust/keys/index.ts';
import type { Confirmation } from '../backup/backup-keeper.ts';
import { requireNothingLeft } from './require-nothing-left.ts';
import type { Looked } from './require-nothing-left.ts';

/** Type of the payload of a certificate. */
export const ERASURE_TYPE = 'application/vnd.weir.erasure.v1+json';

export interface CertifyParts {
  readonly keys: Pick<KeyRing, 'lifecycle'>;
  readonly audit: AuditSink;
  readonly clock: Clock;
  readonly random: Random;
  /** Signs a statement of this platform. */
  readonly sign: (type: string, statement: Json) => Promise<string>;
  /** Journal files that somebody had discarded unread since a moment: nobody knows what was in them. */
  readonly discarded: (since: Micros) => Promise<readonly Json[]>;
  /** Has backups let go of what was erased; tells of each whether it did. */
  readonly reachCopies: () => Promise<readonly Confirmation[]>;
}

/** What was erased, and who says so. */
export interface Erased {
  readonly actor: string;
  /** The action of the entry in the log, and its detail. */
  readonly action: string;
  readonly detail: Readonly<Record<string, string | number>>;
  readonly because: string;
  /** When what went began to. */
  readonly since: Micros;
  /** What the certificate says of it beside that. */
  readonly about: Readonly<Record<string, Json>>;
  /** Looks everywhere for what should be gone. */
  readonly look: () => Promise<readonly Looked[]>;
}

/** A certificate: its id, its signed text, and when it was made. */
export interface Certificate {
  readonly id: string;
  readonly text: string;
  readonly at: Micros;
  /** Hex SHA-256 of what it states. */
  readonly digest: string;
  /** Backups that it names as not confirmed. */
  readonly unconfirmed: readonly string[];
}

/**
 * Brings an erasure to its end once its objects are deleted: what is left of all keys is sealed under a new epoch and the
 * older ones are destroyed, so that no copy of the catalogue opens what went; then it is looked, backups are brought up to
 * date, and it is certified.
 *
 * @throws {ServerError} SERVER_ERASURE_INCOMPLETE if something is left
 * @see docs/formats/erasure-certificate.md
 */
export async function certifyErasure(parts: CertifyParts, erased: Erased): Promise<Certificate> {
  const { keys, audit, clock, random, sign, discarded, reachCopies } = parts;
  const { actor, action, detail, because, since, about, look } = erased;
  const epochs = await keys.lifecycle.shred(actor);
  const looked = await look();
  requireNothingLeft(looked);
  const unread = await discarded(since);
  const copies = await reachCopies();
  const id = makeId(clock, random);
  const at = clock.now();
  const statement: Json = {
    format: 'weir.erasure',
    version: 1,
    id,
    at: formatMicros(at),
    because,
    ...about,
    epochs_destroyed: [...epochs],
    looked: looked.map((one) => ({ ...one })),
    ...(unread.length === 0 ? {} : { discarded: unread }),
    copies: copies.map((one) => ({ ...one })),
  };
  const text = await sign(ERASURE_TYPE, statement);
  const digest = sha256Hex(encodeUtf8(canonicalJson(statement)));
  await audit.append({ actor, action, resource: `certificate:${id}`, outcome: 'done', digest, detail });
  const unconfirmed = copies.filter(({ confirmed }) => !confirmed).map(({ target }) => target);
  return { id, text, at, digest, unconfirmed };
}

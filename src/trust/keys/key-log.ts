import type { AuditEvent, AuditSink, LateAuditSink } from '#base/core/index.ts';
import { sha256Hex } from '#base/crypto/index.ts';

/** On whose behalf keys are used, and on what. */
export interface KeyUse {
  /** Pseudonymous id, such as `person:4f1c…` or `weir:store`. */
  readonly actor: string;
  /** What is read with the keys, such as `view:climate` or `journal`. */
  readonly resource: string;
  readonly purpose?: string;
  /** `owe` for what may not wait for the log: where it cannot be written the entry is owed to it. */
  readonly unlogged?: 'refuse' | 'owe';
  /** Whoever asks has put it into the log already. */
  readonly logged?: true;
}

/** Puts making, using and destroying of keys into the audit log, one entry per batch, before it takes effect. */
export interface KeyLog {
  created(actor: string, resource: string, handles: readonly string[]): Promise<void>;
  used(use: KeyUse, handles: readonly string[]): Promise<void>;
  /** Keys were made whose making was logged ahead, while the log cannot be written. */
  taken(actor: string, resource: string, handles: readonly string[]): Promise<void>;
  destroyed(actor: string, resource: string, handles: readonly string[]): Promise<void>;
  /** These seal no more; what they sealed opens. */
  retired(actor: string, resource: string, handles: readonly string[]): Promise<void>;
  /** What these sealed is sealed again under newer ones; a rotation that was cut off is finished so. */
  rewrapping(actor: string, resource: string, handles: readonly string[]): Promise<void>;
}

/** An entry binds its keys by the digest of their sorted handles, one a line. */
export function makeKeyLog(audit: AuditSink, late?: LateAuditSink): KeyLog {
  const append = async (action: string, use: KeyUse, handles: readonly string[]): Promise<void> => {
    const event: AuditEvent = {
      actor: use.actor,
      action,
      resource: use.resource,
      ...(use.purpose === undefined ? {} : { purpose: use.purpose }),
      outcome: 'done',
      digest: keyDigest(handles),
      detail: { count: handles.length },
    };
    if (use.unlogged === 'owe' && late !== undefined) await late.appendLate(event);
    else await audit.append(event);
  };
  return {
    created: (actor, resource, handles) => append('create-keys', { actor, resource }, handles),
    used: (use, handles) => append('use-keys', use, handles),
    taken: (actor, resource, handles) => append('take-keys', { actor, resource, unlogged: 'owe' }, handles),
    destroyed: (actor, resource, handles) => append('destroy-keys', { actor, resource }, handles),
    retired: (actor, resource, handles) => append('retire-keys', { actor, resource }, handles),
    rewrapping: (actor, resource, handles) => append('rewrap-keys', { actor, resource }, handles),
  };
}

/** Hex SHA-256 over sorted handles, each ended by a line feed. */
export function keyDigest(handles: readonly string[]): string {
  return sha256Hex(
    handles
      .toSorted()
      .map((handle) => `${handle}\n`)
      .join(''),
  );
}

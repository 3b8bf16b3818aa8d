import { decodeUtf8, micros } from '#base/core/index.ts';
import type { Clock, Log } from '#base/core/index.ts';
import { parseNote, parseNoteVerifier, sha256Hex } from '#base/crypto/index.ts';
import {
  cosignatureTime,
  openCheckpoint,
  parseCosignerKey,
  proveConsistency,
  requestCosignature,
  tailLog,
} from '#trust/audit/index.ts';
import type { AuditLog, CosignatureAnswer } from '#trust/audit/index.ts';
import type { Identity, LogHistory } from '#trust/identity/index.ts';

/** A witness that the platform has its log cosigned by. */
export interface WitnessPlace {
  readonly url: string;
  readonly keys: readonly string[];
}

/** How long a start waits for its witness. */
const PATIENCE_MS = 5_000;
const NOTE_LIMIT = 65_536;

/** The log as identity replays it. */
export function historyOf(audit: AuditLog): LogHistory {
  const logKeys = audit.verifierKeys.map((key) => parseNoteVerifier(key));
  return {
    size: () => audit.checkpoint.size,
    entries: (from) => tailLog(audit.source, { from, logKeys }),
  };
}

/**
 * Settles, before anybody is let in, that nothing which was revoked counts: the log is replayed over the catalogue, and
 * the witness is asked whether the log is whole.
 *
 * @returns what the witness said; null without one
 */
export async function settleTrust(
  audit: AuditLog,
  identity: Identity,
  { witness, clock, log }: { witness: WitnessPlace | null; clock: Clock; log: Log },
): Promise<CosignatureAnswer | null> {
  await audit.flush();
  await identity.continuity.replay(historyOf(audit));
  if (witness === null) return null;
  const checkpoint = await audit.flush();
  const answer = await requestCosignature({
    url: witness.url,
    witness: witness.keys.map((key) => parseCosignerKey(key)),
    checkpoint,
    proofFrom: (oldSize) => proveConsistency(audit.source, oldSize, checkpoint.size),
    knownSize: 0,
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (answer.outcome === 'cosigned') await audit.publishWitnessed(answer.note);
  await heedWitness(answer, audit, identity, { witness, clock, log });
  return answer;
}

/** The status with which a witness says that a log did not grow from what it has cosigned. */
const INCONSISTENT = 422;

/** Acts on what a witness says of the log: one that lacks entries may have lost revocations with them. */
export async function heedWitness(
  answer: CosignatureAnswer,
  audit: AuditLog,
  identity: Identity,
  { witness, clock, log }: { witness: WitnessPlace; clock: Clock; log: Log },
): Promise<void> {
  const isGap = answer.outcome === 'ahead' || (answer.outcome === 'refused' && answer.status === INCONSISTENT);
  if (!isGap) return;
  const known = await cosignedBy(witness, audit.checkpoint.origin);
  const found = clock.now();
  const to = answer.outcome === 'ahead' ? answer.size : (known?.size ?? null);
  const gap = {
    from: Math.min(audit.checkpoint.size, to ?? Number.MAX_SAFE_INTEGER),
    to,
    knownBy: 'witness',
    end: micros(known?.time ?? found),
    found,
  } as const;
  const count = await identity.continuity.suspend(gap);
  if (count > 0)
    log.error({ from: gap.from, to, certificates: count }, 'the log lacks entries: certificates are suspended');
}

/** The newest checkpoint of this log that the witness has cosigned, and when; null where it cannot be had. */
export async function cosignedBy(
  witness: WitnessPlace,
  origin: string,
): Promise<{ size: number; time: number } | null> {
  try {
    const place = `${witness.url.replace(/\/+$/, '')}/${sha256Hex(origin)}/checkpoint`;
    const response = await fetch(place, { redirect: 'error', signal: AbortSignal.timeout(PATIENCE_MS) });
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (!response.ok || bytes.length > NOTE_LIMIT) return null;
    const note = decodeUtf8(bytes);
    const { size, signers } = openCheckpoint(
      note,
      witness.keys.map((key) => parseCosignerKey(key)),
    );
    const times = parseNote(note)
      .signatures.filter((line) => signers.some(({ name, keyId }) => name === line.name && keyId === line.keyId))
      .map(({ signature }) => cosignatureTime(signature) ?? 0);
    // Cosignatures tell whole seconds: the checkpoint was there at the end of that second.
    return { size, time: (Math.max(...times) + 1) * 1_000_000 };
  } catch {
    return null;
  }
}

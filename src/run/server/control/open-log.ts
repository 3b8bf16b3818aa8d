import type { Clock, Log, Random } from '#base/core/index.ts';
import { noteSigner, parseNoteVerifier, sha256Hex, SIGNING_SEED_LENGTH, SigningKey } from '#base/crypto/index.ts';
import type { NoteVerifier } from '#base/crypto/index.ts';
import { AuditLog } from '#trust/audit/index.ts';
import type { Custody } from '#trust/keys/index.ts';

/** The log's own keys, in the order in which they sign: every verifier knows Ed25519. */
const ALGORITHMS = ['ed25519', 'ml-dsa-65'] as const;

/**
 * Opens the audit log with its own signing keys, made at the first start and kept in custody.
 *
 * @param deployment names the log: its origin is `weir/<deployment>`
 */
export async function openLog(options: {
  readonly directory: string;
  readonly deployment: string;
  readonly custody: Custody;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}): Promise<AuditLog> {
  const { directory, deployment, custody, clock, random, log } = options;
  const signers = [];
  for (const algorithm of ALGORITHMS) {
    const seed = await keptSecret(custody, `log-${algorithm}`, SIGNING_SEED_LENGTH, random);
    signers.push(SigningKey.fromSeed(algorithm, seed));
  }
  return AuditLog.open({ directory, origin: logOrigin(deployment), signers, clock, log });
}

/** A secret of custody, made if it is not there yet. */
export async function keptSecret(custody: Custody, name: string, length: number, random: Random): Promise<Uint8Array> {
  const known = await custody.fetch(name);
  if (known !== null) return known;
  const made = random.bytes(length);
  await custody.keep(name, made);
  return made;
}

/** The name of a platform's log. */
export function logOrigin(deployment: string): string {
  return `weir/${deployment}`;
}

/** Public keys of the log of the platform whose custody this is, and its origin; for reading it without writing to it. */
export async function logOf(
  custody: Custody,
): Promise<{ readonly origin: string; readonly keys: readonly NoteVerifier[] }> {
  const name = await custody.fetch('log-name');
  if (name === null) return { origin: '', keys: [] };
  const origin = logOrigin(sha256Hex(name).slice(0, 16));
  const keys: NoteVerifier[] = [];
  for (const algorithm of ALGORITHMS) {
    const seed = await custody.fetch(`log-${algorithm}`);
    if (seed === null) continue;
    keys.push(parseNoteVerifier(noteSigner(origin, SigningKey.fromSeed(algorithm, seed)).verifierKey));
  }
  return { origin, keys };
}

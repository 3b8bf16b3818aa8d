import { decodeUtf8, encodeUtf8, fromBase64, toBase64 } from '#base/core/index.ts';
import {
  buildProof,
  hashLeaf,
  MERKLE_PROOF_LIMIT,
  planInclusionProof,
  verifyInclusionProof,
} from '#base/crypto/index.ts';
import type { NoteVerifier } from '#base/crypto/index.ts';
import { openCheckpoint, peekCheckpoint } from './checkpoint.ts';
import type { SignedCheckpoint } from './checkpoint.ts';
import { decodeEntry } from './entry.ts';
import { AuditError } from './errors.ts';
import type { LogSource } from './log-source.ts';
import { checkpointWith, missingEntry } from './prove-entry.ts';
import type { PlacedEntry } from './tail-log.ts';
import { TILE_WIDTH } from './tile-path.ts';
import { TileReader } from './tile-reader.ts';

/** An entry and its way to the root of a checkpoint. */
export interface EntryWithPath {
  readonly index: number;
  /** The entry's canonical JSON. */
  readonly entry: string;
  /** Sibling hashes from the entry to the root, in base64. */
  readonly path: readonly string[];
}

/** Entries that one checkpoint has, each with its path: plain data, verified without the log. */
export interface EntriesProof {
  readonly entries: readonly EntryWithPath[];
  /** The signed note. */
  readonly checkpoint: string;
}

/** What a proof of entries shows. */
export interface ProvenEntries {
  readonly entries: readonly PlacedEntry[];
  readonly checkpoint: SignedCheckpoint;
  /** Names of the witnesses whose cosignatures hold. */
  readonly cosigners: readonly string[];
}

/** Who must have signed. */
export interface ProofKeys {
  readonly logKeys: readonly NoteVerifier[];
  readonly witnesses?: readonly NoteVerifier[];
}

/**
 * Proves that entries are in the log, all under one checkpoint: one that witnesses have cosigned where it has them all.
 *
 * @param indices in any order; each is proven once
 * @throws {AuditError} AUDIT_ENTRY_MISSING if no published checkpoint has them all
 */
export async function proveEntries(source: LogSource, indices: readonly number[]): Promise<EntriesProof> {
  const wanted = [...new Set(indices)].sort((a, b) => a - b);
  const checkpoint = await checkpointWith(source, wanted.at(-1) ?? 0);
  const { size } = peekCheckpoint(checkpoint);
  const reader = new TileReader(source, size);
  const entries: EntryWithPath[] = [];
  for (const index of wanted) {
    const entry = (await reader.bundle(Math.floor(index / TILE_WIDTH)))[index % TILE_WIDTH];
    if (entry === undefined) throw missingEntry(index);
    const path = await buildProof(planInclusionProof(index, size), (node) => reader.node(node));
    entries.push({ index, entry: decodeUtf8(entry), path: path.map(toBase64) });
  }
  return { entries, checkpoint };
}

/**
 * Verifies a proof of entries with nothing but public keys.
 *
 * @throws {AuditError} AUDIT_CHECKPOINT_INVALID if the checkpoint is not signed by the log and all of the witnesses
 * @throws {AuditError} AUDIT_PROOF_INVALID if an entry is not under it; AUDIT_ENTRY_INVALID if one is none
 */
export function verifyEntries(proof: EntriesProof, { logKeys, witnesses = [] }: ProofKeys): ProvenEntries {
  const checkpoint = openCheckpoint(proof.checkpoint, logKeys);
  const cosigners = witnesses.length === 0 ? [] : openCheckpoint(proof.checkpoint, witnesses).signers;
  if (cosigners.length < witnesses.length) {
    throw new AuditError(
      'AUDIT_CHECKPOINT_INVALID',
      `Cannot accept checkpoint: ${cosigners.length} of ${witnesses.length} witnesses have cosigned it`,
    );
  }
  const entries = proof.entries.map(({ index, entry, path }): PlacedEntry => {
    const bytes = encodeUtf8(entry);
    if (path.length > MERKLE_PROOF_LIMIT) throw invalid(index, 'its path is too long');
    try {
      verifyInclusionProof(hashLeaf(bytes), index, checkpoint.size, checkpoint.root, path.map(decodeHash));
    } catch (cause) {
      throw invalid(index, 'it does not lead to the checkpoint’s root', cause);
    }
    return { index, ...decodeEntry(bytes) };
  });
  return { entries, checkpoint, cosigners: cosigners.map(({ name }) => name) };
}

/** Base64 can be written in more than one way; a hash only in one. */
function decodeHash(text: string): Uint8Array {
  const hash = fromBase64(text);
  if (toBase64(hash) !== text) throw new TypeError('not canonical base64');
  return hash;
}

function invalid(index: number, why: string, cause?: unknown): AuditError {
  return new AuditError('AUDIT_PROOF_INVALID', `Cannot accept proof of entry ${index}: ${why}`, { cause });
}

import { decodeUtf8, fromBase64, toBase64 } from '#base/core/index.ts';
import {
  buildProof,
  hashLeaf,
  MERKLE_PROOF_LIMIT,
  planConsistencyProof,
  planInclusionProof,
  verifyInclusionProof,
} from '#base/crypto/index.ts';
import type { NoteVerifier } from '#base/crypto/index.ts';
import { openCheckpoint, peekCheckpoint } from './checkpoint.ts';
import type { SignedCheckpoint } from './checkpoint.ts';
import { AuditError } from './errors.ts';
import type { LogSource } from './log-source.ts';
import { TileReader } from './tile-reader.ts';
import { CHECKPOINT_PATH, TILE_WIDTH, WITNESSED_PATH } from './tile-path.ts';

/** First line of a proof. */
const HEADER = 'c2sp.org/tlog-proof@v1';

/** Longer texts are no proofs: an entry of the largest size, a path, and a checkpoint with many signatures. */
const PROOF_LENGTH_LIMIT = 1_200_000;

/** What a proof shows. */
export interface ProvenEntry {
  readonly index: number;
  /** The entry's bytes. */
  readonly entry: Uint8Array;
  readonly checkpoint: SignedCheckpoint;
  /** Names of the witnesses whose cosignatures hold. */
  readonly cosigners: readonly string[];
}

/**
 * Writes a proof that an entry is in the log: one text that carries the entry, its path to the root and the checkpoint,
 * and is verified without the log. A checkpoint that witnesses have cosigned is taken where it has the entry.
 *
 * @throws {AuditError} AUDIT_ENTRY_MISSING if no published checkpoint has the entry
 * @throws {AuditError} AUDIT_PROOF_INVALID if the log's tiles do not lead from the entry to the checkpoint's root
 * @see C2SP tlog-proof
 */
export async function proveEntry(source: LogSource, index: number): Promise<string> {
  const note = await checkpointWith(source, index);
  const { size, root } = peekCheckpoint(note);
  const reader = new TileReader(source, size);
  const bundle = await reader.bundle(Math.floor(index / TILE_WIDTH));
  const entry = bundle[index % TILE_WIDTH];
  if (entry === undefined) throw missingEntry(index);
  const path = await buildProof(planInclusionProof(index, size), (node) => reader.node(node));
  requireInclusion(entry, index, size, root, path);
  const lines = [HEADER, `extra ${toBase64(entry)}`, `index ${index}`, ...path.map(toBase64)];
  return `${lines.join('\n')}\n\n${note}`;
}

/**
 * The hashes that prove a log's tree to have grown from its older self.
 *
 * @throws {AuditError} AUDIT_TILE_INVALID if a tile that is needed is missing or malformed
 */
export async function proveConsistency(source: LogSource, oldSize: number, size: number): Promise<Uint8Array[]> {
  const reader = new TileReader(source, size);
  return buildProof(planConsistencyProof(oldSize, size), (node) => reader.node(node));
}

/**
 * Verifies a proof with nothing but public keys.
 *
 * @param options.entry the entry that should be proven, where the caller has it; the proof's own otherwise
 * @param options.quorum how many of the witnesses must have cosigned; by default all
 * @throws {AuditError} AUDIT_PROOF_INVALID if it has another form or proves something else
 * @throws {AuditError} AUDIT_CHECKPOINT_INVALID if its checkpoint is not signed by the log and enough witnesses
 */
export function verifyEntryProof(
  text: string,
  options: {
    readonly logKeys: readonly NoteVerifier[];
    readonly witnesses?: readonly NoteVerifier[];
    readonly quorum?: number;
    readonly entry?: Uint8Array;
  },
): ProvenEntry {
  const { index, extra, path, note } = parseProof(text);
  const checkpoint = openCheckpoint(note, options.logKeys);
  const witnesses = options.witnesses ?? [];
  const quorum = options.quorum ?? witnesses.length;
  const cosigners = quorum === 0 ? [] : openCheckpoint(note, witnesses).signers.map((witness) => witness.name);
  if (cosigners.length < quorum) {
    throw new AuditError(
      'AUDIT_CHECKPOINT_INVALID',
      `Cannot accept checkpoint: ${cosigners.length} of ${quorum} witnesses have cosigned it`,
    );
  }
  const entry = options.entry ?? extra;
  if (entry === null) throw invalid('it carries no entry');
  requireInclusion(entry, index, checkpoint.size, checkpoint.root, path);
  return { index, entry, checkpoint, cosigners };
}

interface ParsedProof {
  readonly index: number;
  readonly extra: Uint8Array | null;
  readonly path: readonly Uint8Array[];
  readonly note: string;
}

function parseProof(text: string): ParsedProof {
  // Untrusted: the length bounds what follows.
  const split = text.length > PROOF_LENGTH_LIMIT ? -1 : text.indexOf('\n\n');
  if (split === -1) throw invalid('it has another form');
  const lines = text.slice(0, split).split('\n');
  if (lines.shift() !== HEADER) throw invalid('its first line is not known');
  const extra = lines[0]?.startsWith('extra ') === true ? decode(lines.shift()?.slice(6) ?? '') : null;
  const index = /^index (0|[1-9][0-9]{0,15})$/.exec(lines.shift() ?? '')?.[1];
  if (index === undefined || !Number.isSafeInteger(Number(index))) throw invalid('it has no index');
  if (lines.length > MERKLE_PROOF_LIMIT) throw invalid('its path is too long');
  return { index: Number(index), extra, path: lines.map(decode), note: text.slice(split + 2) };
}

function decode(text: string): Uint8Array {
  try {
    return fromBase64(text);
  } catch (cause) {
    throw invalid('a line is not base64', cause);
  }
}

/** The newest published checkpoint that has an entry; a cosigned one where it does. */
export async function checkpointWith(source: LogSource, index: number): Promise<string> {
  for (const path of [WITNESSED_PATH, CHECKPOINT_PATH]) {
    const bytes = await source.read(path);
    if (bytes === null) continue;
    const note = decodeUtf8(bytes);
    if (peekCheckpoint(note).size > index) return note;
  }
  throw missingEntry(index);
}

function requireInclusion(
  entry: Uint8Array,
  index: number,
  size: number,
  root: Uint8Array,
  path: readonly Uint8Array[],
): void {
  try {
    verifyInclusionProof(hashLeaf(entry), index, size, root, path);
  } catch (cause) {
    throw invalid('it does not lead from the entry to the checkpoint’s root', cause);
  }
}

export function missingEntry(index: number): AuditError {
  return new AuditError('AUDIT_ENTRY_MISSING', `Cannot prove entry ${index}: no published checkpoint has it`, {
    hint: 'Wait a second where the entry is new, or look up its index with weir audit tail',
  });
}

function invalid(why: string, cause?: unknown): AuditError {
  return new AuditError('AUDIT_PROOF_INVALID', `Cannot accept proof: ${why}`, { cause });
}

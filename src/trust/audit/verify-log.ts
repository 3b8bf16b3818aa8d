import { decodeUtf8, equalBytes } from '#base/core/index.ts';
import { CompactRange, emptyTreeRoot, hashLeaf } from '#base/crypto/index.ts';
import type { NoteVerifier } from '#base/crypto/index.ts';
import { openCheckpoint } from './checkpoint.ts';
import type { SignedCheckpoint } from './checkpoint.ts';
import { decodeEntry } from './entry.ts';
import { AuditError } from './errors.ts';
import type { LogFinding } from './log-finding.ts';
import type { LogSource } from './log-source.ts';
import { choiceOf, keysWanted } from './signature-choice.ts';
import type { SignatureChoice } from './signature-choice.ts';
import { TileCheck } from './tile-check.ts';
import { decodeBundle } from './tile.ts';
import { tileWidthAt } from './tile-layout.ts';
import { CHECKPOINT_PATH, formatTilePath, TILE_WIDTH, WITNESSED_PATH } from './tile-path.ts';

export interface VerifyLogOptions {
  /**
   * The log's public keys. Those of the algorithms that the log says its checkpoints are signed with must have signed
   * the newest; all of them where it says nothing.
   */
  readonly logKeys: readonly NoteVerifier[];
  readonly origin?: string;
  /** Checkpoints kept from before, by whom ever: the log must begin with what they commit to. */
  readonly since?: readonly string[];
  /** Witnesses of whom at least `quorum` must have cosigned the witnessed checkpoint. */
  readonly witnesses?: readonly NoteVerifier[];
  /** By default all of them. */
  readonly quorum?: number;
  /** `opaque` leaves the form of entries unchecked, for logs that are not this platform's. */
  readonly entries?: 'weir' | 'opaque';
  readonly onProgress?: (done: number, size: number) => void;
  readonly signal?: AbortSignal;
}

/** What a verification found. */
export interface LogReport {
  readonly outcome: 'verified' | 'broken';
  /** The newest checkpoint, if it could be believed. */
  readonly checkpoint: SignedCheckpoint | null;
  /** Names of the witnesses whose cosignatures hold. */
  readonly cosigners: readonly string[];
  /** At most a hundred. */
  readonly findings: readonly LogFinding[];
  readonly entriesRead: number;
  /** What the log says last that its checkpoints are signed with, and in which entry; null where it says nothing. */
  readonly signatures: (SignatureChoice & { readonly index: number }) | null;
}

const FINDINGS_LIMIT = 100;

/**
 * Rebuilds a log's tree from nothing but its entries, and holds every tile, its newest checkpoint, checkpoints kept
 * from before and the witnesses' cosignatures against it. Trusts nothing but the keys that it is given.
 *
 * @throws {AuditError} AUDIT_SOURCE_UNREADABLE if the log cannot be read; what it says wrongly is in the report
 */
export async function verifyLog(source: LogSource, options: VerifyLogOptions): Promise<LogReport> {
  const findings: LogFinding[] = [];
  const report = (finding: LogFinding) => {
    if (findings.length < FINDINGS_LIMIT) findings.push(finding);
  };
  const checkpoint = await readCheckpoint(source, options, report);
  if (checkpoint === null) {
    return { outcome: 'broken', checkpoint, cosigners: [], findings, entriesRead: 0, signatures: null };
  }
  const kept = readKept(options, checkpoint, report);
  const witnessed = await readWitnessed(source, options, checkpoint, report);
  if (witnessed.checkpoint !== null) kept.push(witnessed.checkpoint);
  const { entriesRead, signatures } = await rebuild(source, options, checkpoint, kept, report);
  requireSignatures(checkpoint, options.logKeys, signatures, report);
  const outcome = findings.length === 0 ? 'verified' : 'broken';
  return { outcome, checkpoint, cosigners: witnessed.cosigners, findings, entriesRead, signatures };
}

type Report = (finding: LogFinding) => void;

async function readCheckpoint(
  source: LogSource,
  options: VerifyLogOptions,
  report: Report,
): Promise<SignedCheckpoint | null> {
  const bytes = await source.read(CHECKPOINT_PATH);
  if (bytes === null) {
    report({ kind: 'checkpoint-missing', message: 'the log has no checkpoint', path: CHECKPOINT_PATH });
    return null;
  }
  try {
    return ofOrigin(openCheckpoint(decodeUtf8(bytes), options.logKeys), options);
  } catch (error) {
    report({ kind: 'checkpoint-invalid', message: reason(error), path: CHECKPOINT_PATH });
    return null;
  }
}

/** Kept checkpoints that are the log's own and not larger than it is now. */
function readKept(options: VerifyLogOptions, newest: SignedCheckpoint, report: Report): SignedCheckpoint[] {
  const kept: SignedCheckpoint[] = [];
  for (const note of options.since ?? []) {
    try {
      const checkpoint = ofOrigin(openCheckpoint(note, options.logKeys), options);
      if (checkpoint.origin !== newest.origin) throw otherLog(checkpoint.origin);
      if (isWithin(checkpoint, newest, report)) kept.push(checkpoint);
    } catch (error) {
      report({ kind: 'kept-invalid', message: `a kept checkpoint cannot be believed: ${reason(error)}` });
    }
  }
  return kept;
}

async function readWitnessed(
  source: LogSource,
  options: VerifyLogOptions,
  newest: SignedCheckpoint,
  report: Report,
): Promise<{ checkpoint: SignedCheckpoint | null; cosigners: readonly string[] }> {
  const witnesses = options.witnesses ?? [];
  if (witnesses.length === 0) return { checkpoint: null, cosigners: [] };
  const quorum = options.quorum ?? witnesses.length;
  const bytes = (await source.read(WITNESSED_PATH)) ?? (await source.read(CHECKPOINT_PATH));
  try {
    const note = decodeUtf8(bytes ?? new Uint8Array());
    const checkpoint = ofOrigin(openCheckpoint(note, options.logKeys), options);
    const cosigners = openCheckpoint(note, witnesses).signers.map((witness) => witness.name);
    if (cosigners.length < quorum) throw new Error(`${cosigners.length} of ${quorum} witnesses have cosigned it`);
    return { checkpoint: isWithin(checkpoint, newest, report) ? checkpoint : null, cosigners };
  } catch (error) {
    const message = `the log has no checkpoint that its witnesses have cosigned: ${reason(error)}`;
    report({ kind: 'witness-missing', message, path: WITNESSED_PATH });
    return { checkpoint: null, cosigners: [] };
  }
}

function isWithin(checkpoint: SignedCheckpoint, newest: SignedCheckpoint, report: Report): boolean {
  if (checkpoint.size <= newest.size) return true;
  const message = `the log had ${checkpoint.size} entries and has ${newest.size}: its end was cut off`;
  report({ kind: 'shrank', message, index: newest.size });
  return false;
}

/** @returns how many entries were read, and what they say last of the signatures of checkpoints */
async function rebuild(
  source: LogSource,
  options: VerifyLogOptions,
  checkpoint: SignedCheckpoint,
  kept: readonly SignedCheckpoint[],
  report: Report,
): Promise<Pick<LogReport, 'entriesRead' | 'signatures'>> {
  const range = new CompactRange();
  const tiles = new TileCheck(source, checkpoint.size, report);
  let signatures: LogReport['signatures'] = null;
  const compare = () => {
    for (const { size, root } of kept) {
      if (size !== range.size || equalBytes(root, range.root())) continue;
      const message = `the first ${size} entries are not those that a kept checkpoint commits to: history was rewritten`;
      report({ kind: 'forked', message, index: size });
    }
  };
  compare();
  for (let index = 0; index * TILE_WIDTH < checkpoint.size; index++) {
    options.signal?.throwIfAborted();
    const entries = await readBundle(source, checkpoint.size, index, report);
    // Without these entries the rest of the tree says nothing.
    if (entries === null) return { entriesRead: range.size, signatures };
    for (const entry of entries) {
      const choice = options.entries === 'opaque' ? null : checkEntry(entry, range.size, report);
      if (choice !== null) signatures = { ...choice, index: range.size };
      const leaf = hashLeaf(entry);
      range.append(leaf);
      await tiles.add(leaf);
      compare();
    }
    options.onProgress?.(range.size, checkpoint.size);
  }
  await tiles.end();
  const root = range.size === 0 ? emptyTreeRoot() : range.root();
  if (!equalBytes(root, checkpoint.root)) {
    report({ kind: 'root-mismatch', message: 'the entries are not those that the checkpoint commits to' });
  }
  return { entriesRead: range.size, signatures };
}

/** A signature that was taken away leaves a checkpoint that verifies all the same: what the log itself says tells. */
function requireSignatures(
  { signers }: SignedCheckpoint,
  keys: readonly NoteVerifier[],
  choice: LogReport['signatures'],
  report: Report,
): void {
  const missing = keysWanted(keys, choice).filter((key) => !signers.includes(key));
  if (missing.length === 0 && (choice === null || keysWanted(keys, choice).length > 0)) return;
  const message =
    missing.length > 0
      ? `the newest checkpoint lacks the signature of ${missing.map(({ algorithm }) => algorithm).join(' and ')}`
      : `the log signs with ${choice?.algorithms.join(' and ')}, and no such key was given`;
  const since = choice === null ? '' : `, which it has to carry since entry ${choice.index}`;
  report({
    kind: 'checkpoint-invalid',
    message: `${message}${missing.length > 0 ? since : ''}`,
    path: CHECKPOINT_PATH,
  });
}

async function readBundle(
  source: LogSource,
  size: number,
  index: number,
  report: Report,
): Promise<readonly Uint8Array[] | null> {
  const width = tileWidthAt(size, 'entries', index);
  for (const held of width === TILE_WIDTH ? [TILE_WIDTH] : [width, TILE_WIDTH]) {
    const path = formatTilePath({ row: 'entries', index, width: held });
    const bytes = await source.read(path);
    if (bytes === null) continue;
    try {
      return decodeBundle(bytes, held).slice(0, width);
    } catch (error) {
      report({ kind: 'bundle-malformed', message: reason(error), index: index * TILE_WIDTH, path });
      return null;
    }
  }
  const path = formatTilePath({ row: 'entries', index, width });
  report({ kind: 'bundle-missing', message: 'entries are missing', index: index * TILE_WIDTH, path });
  return null;
}

function checkEntry(entry: Uint8Array, index: number, report: Report): SignatureChoice | null {
  try {
    decodeEntry(entry);
    return choiceOf(entry);
  } catch (error) {
    report({ kind: 'entry-malformed', message: reason(error), index });
    return null;
  }
}

function ofOrigin(checkpoint: SignedCheckpoint, options: VerifyLogOptions): SignedCheckpoint {
  if (options.origin !== undefined && checkpoint.origin !== options.origin) throw otherLog(checkpoint.origin);
  return checkpoint;
}

function otherLog(origin: string): AuditError {
  return new AuditError('AUDIT_CHECKPOINT_INVALID', `Cannot accept checkpoint: it is of another log, ${origin}`);
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

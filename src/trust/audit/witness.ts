import { mkdir } from 'node:fs/promises';
import { equalBytes, fromBase64, hasCode, toBase64 } from '#base/core/index.ts';
import type { Clock } from '#base/core/index.ts';
import {
  emptyTreeRoot,
  formatSignatureLine,
  parseNote,
  sha256Hex,
  signNote,
  verifyConsistencyProof,
} from '#base/crypto/index.ts';
import type { NoteSigner, NoteVerifier, Signer } from '#base/crypto/index.ts';
import { openCheckpoint, peekCheckpoint } from './checkpoint.ts';
import type { SignedCheckpoint } from './checkpoint.ts';
import { cosigner } from './cosignature.ts';
import { lockDirectory } from './directory-lock.ts';
import { parseAddCheckpoint } from './witness-request.ts';
import type { AddCheckpointRequest } from './witness-request.ts';
import { WitnessState } from './witness-state.ts';
import type { WitnessedLog } from './witness-state.ts';

/** A log that a witness watches. */
export interface WatchedLog {
  readonly origin: string;
  readonly keys: readonly NoteVerifier[];
}

export interface WitnessOptions {
  /** The witness's own folder, on a machine or volume that the log's keeper does not rule. */
  readonly directory: string;
  /** The witness's name, such as `witness.example/w1`. */
  readonly name: string;
  /** Keys of its own: Ed25519, and ML-DSA-44 where cosignatures shall outlast quantum computers. */
  readonly signers: readonly Signer[];
  readonly logs: readonly WatchedLog[];
  readonly clock: Clock;
}

/** What a witness answers. */
export type WitnessAnswer =
  /** Signature lines to be put under the checkpoint. */
  | { readonly outcome: 'cosigned'; readonly lines: string }
  /** The request starts from another size than this, the last one cosigned. */
  | { readonly outcome: 'conflict'; readonly size: number }
  | { readonly outcome: 'malformed' | 'unknown-log' | 'unsigned' | 'inconsistent' };

/**
 * Cosigns checkpoints of the logs that it watches as long as each grows from the one before, and keeps what it
 * cosigned: so a log that shrank, was rewritten, or shows two faces finds no second signature.
 */
export class Witness implements AsyncDisposable {
  readonly #logs: ReadonlyMap<string, WatchedLog>;
  readonly #signers: readonly NoteSigner[];
  readonly #state: WitnessState;
  readonly #lock: Disposable;
  /** The last request's end: each is decided on what the one before it left. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(options: WitnessOptions, state: WitnessState, lock: Disposable) {
    this.#logs = new Map(options.logs.map((log) => [log.origin, log]));
    this.#signers = options.signers.map((signer) => cosigner(options.name, signer, options.clock));
    this.#state = state;
    this.#lock = lock;
  }

  /**
   * Opens a witness on its folder; made if absent.
   *
   * @throws {AuditError} AUDIT_LOG_LOCKED if another process has it open
   * @throws {AuditError} AUDIT_WITNESS_STATE_INVALID if its state is damaged
   */
  static async open(options: WitnessOptions): Promise<Witness> {
    if (options.signers.length === 0) throw new TypeError('A witness needs a signer');
    await mkdir(options.directory, { recursive: true, mode: 0o700 });
    const lock = lockDirectory(options.directory, 'witness');
    try {
      return new Witness(options, await WitnessState.open(options.directory), lock);
    } catch (cause) {
      lock[Symbol.dispose]();
      throw cause;
    }
  }

  /** The witness's public keys as verifier keys, for those who trust it. */
  get verifierKeys(): readonly string[] {
    return this.#signers.map((signer) => signer.verifierKey);
  }

  /**
   * Decides on a request. What it answers stands on disk before the promise resolves.
   *
   * @param body the request as it came
   * @throws what the file system throws if the state cannot be written: nothing is cosigned then
   * @see C2SP tlog-witness, «add-checkpoint»
   */
  addCheckpoint(body: string): Promise<WitnessAnswer> {
    const answer = this.#turn.then(() => this.#decide(body));
    this.#turn = answer.catch(() => undefined);
    return answer;
  }

  /** The newest checkpoint that was cosigned for a log, or null. Its name is the hash of its origin, in hex. */
  cosigned(originHash: string): string | null {
    for (const origin of this.#logs.keys()) {
      if (sha256Hex(origin) === originHash) return this.#state.get(origin)?.note ?? null;
    }
    return null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#turn;
    this.#lock[Symbol.dispose]();
  }

  async #decide(body: string): Promise<WitnessAnswer> {
    const read = readRequest(body);
    if (read === null) return { outcome: 'malformed' };
    const { request, origin } = read;
    const watched = this.#logs.get(origin);
    if (watched === undefined) return { outcome: 'unknown-log' };
    const checkpoint = openSigned(request.note, watched);
    if (checkpoint === null) return { outcome: 'unsigned' };
    if (request.oldSize > checkpoint.size) return { outcome: 'malformed' };
    const last = this.#state.get(origin);
    if (lacksSignature(checkpoint, last, watched)) return { outcome: 'unsigned' };
    if (request.oldSize !== (last?.size ?? 0)) return { outcome: 'conflict', size: last?.size ?? 0 };
    if (!hasGrown(last, checkpoint, request)) return { outcome: 'inconsistent' };
    return { outcome: 'cosigned', lines: await this.#cosign(checkpoint) };
  }

  async #cosign({ origin, size, root, text, note }: SignedCheckpoint): Promise<string> {
    const own = await signNote(text, this.#signers);
    const lines = own.slice(text.length + 1);
    const logs = signatureLinesOf(note, this.#logs.get(origin)?.keys ?? []);
    await this.#state.put(origin, { size, root: toBase64(root), note: `${text}\n${logs}${lines}` });
    return lines;
  }
}

/**
 * Whether a key of the log that signed what was cosigned last has not signed this. A log that no longer signs with one
 * of its keys is cosigned again once the witness's keeper has taken the key out: not on the log's word alone.
 */
function lacksSignature({ signers }: SignedCheckpoint, last: WitnessedLog | undefined, { keys }: WatchedLog): boolean {
  if (last === undefined) return false;
  const lines = parseNote(last.note).signatures;
  return keys
    .filter((key) => lines.some((line) => key.name === line.name && key.keyId === line.keyId))
    .some((key) => !signers.includes(key));
}

function readRequest(body: string): { request: AddCheckpointRequest; origin: string } | null {
  try {
    const request = parseAddCheckpoint(body);
    return { request, origin: peekCheckpoint(request.note).origin };
  } catch (error) {
    if (hasCode(error, 'AUDIT_REQUEST_INVALID') || hasCode(error, 'AUDIT_CHECKPOINT_INVALID')) return null;
    throw error;
  }
}

function openSigned(note: string, { keys }: WatchedLog): SignedCheckpoint | null {
  try {
    return openCheckpoint(note, keys);
  } catch (error) {
    if (hasCode(error, 'AUDIT_CHECKPOINT_INVALID')) return null;
    throw error;
  }
}

/** Whether the checkpoint's tree begins with all that was cosigned before. */
function hasGrown(
  last: WitnessedLog | undefined,
  checkpoint: SignedCheckpoint,
  request: AddCheckpointRequest,
): boolean {
  if (checkpoint.size === 0 && !equalBytes(checkpoint.root, emptyTreeRoot())) return false;
  // The empty tree is where every tree begins: there is nothing to prove.
  if (last === undefined || last.size === 0) return request.proof.length === 0;
  try {
    verifyConsistencyProof(last.size, fromBase64(last.root), checkpoint.size, checkpoint.root, request.proof);
    return true;
  } catch (error) {
    if (hasCode(error, 'CRYPTO_PROOF_INVALID')) return false;
    throw error;
  }
}

/** The lines of a note that are by the given keys; others are not passed on, for nobody has verified them. */
function signatureLinesOf(note: string, keys: readonly NoteVerifier[]): string {
  return parseNote(note)
    .signatures.filter((line) => keys.some((key) => key.name === line.name && key.keyId === line.keyId))
    .map((line) => formatSignatureLine(line))
    .join('');
}

import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { millis } from '#base/core/index.ts';
import type { AuditEvent, AuditReceipt, AuditSink, Clock, Log, Millis } from '#base/core/index.ts';
import { emptyTreeRoot, noteSigner, parseNoteVerifier, signNote } from '#base/crypto/index.ts';
import type { NoteSigner, NoteVerifier, SignatureAlgorithm, Signer } from '#base/crypto/index.ts';
import { AppendQueue } from './append-queue.ts';
import type { QueueHandle } from './append-queue.ts';
import { formatCheckpoint, openCheckpoint } from './checkpoint.ts';
import type { Checkpoint, SignedCheckpoint } from './checkpoint.ts';
import { lockDirectory } from './directory-lock.ts';
import { DurableFiles } from './durable-file.ts';
import { encodeEntry } from './entry.ts';
import { AuditError } from './errors.ts';
import { choiceEvent, lastChoice } from './signature-choice.ts';
import type { SignatureChoice } from './signature-choice.ts';
import { directorySource } from './log-source.ts';
import type { LogSource } from './log-source.ts';
import { recoverQueue } from './queue-recovery.ts';
import { CHECKPOINT_PATH, WITNESSED_PATH } from './tile-path.ts';
import { TileWriter } from './tile-writer.ts';

/** Entries that may wait for the tree; beyond it appending waits as well, rather than fill memory. */
const BACKLOG_LIMIT = 65_536;

/** Entries that one checkpoint adds, at most, so that a long backlog is published step by step. */
const STEP_LIMIT = 16_384;

/** Time between a durable entry and the checkpoint that has it, where nothing else is said. */
const INTEGRATE_EVERY = millis(200);

export interface AuditLogOptions {
  /** The log's own folder, best on a volume of its own; made if absent. */
  readonly directory: string;
  /** The log's identity, such as `weir.example/log/4f1c`: no space and no plus. */
  readonly origin: string;
  /**
   * The log's keys: Ed25519 first, for every verifier knows it, then ML-DSA-65. A new log signs with all of them, one
   * that goes on with those that it signed with before; `chooseSignatures` changes that.
   */
  readonly signers: readonly Signer[];
  /** Earlier keys that the newest checkpoint on disk may still be signed with. */
  readonly formerKeys?: readonly NoteVerifier[];
  readonly clock: Clock;
  readonly log: Log;
  /** Longest time between a durable entry and its checkpoint while the disk keeps up; at most a second. */
  readonly integrateEvery?: Millis;
  /** Opens queue files; for tests of disks that fail. */
  readonly openFile?: (file: string) => Promise<QueueHandle>;
}

/** Entries that were not put into the log while it could not be written, and go there before all others. */
export interface Debts {
  /** How many there are. */
  readonly size: number;
  /** The oldest ones. */
  oldest(most: number): readonly { readonly id: number; readonly event: AuditEvent }[];
  /** This one is in the log, as `oldest` gave it. */
  paid(id: number, event: AuditEvent): void;
}

/** Debts that are paid at once, with one write. */
const DEBTS_AT_ONCE = 256;

interface LogKey {
  readonly algorithm: SignatureAlgorithm;
  readonly signer: NoteSigner;
}

/** What a log goes on from. */
interface State {
  readonly durable: DurableFiles;
  readonly writer: TileWriter;
  readonly checkpoint: SignedCheckpoint;
  readonly pending: readonly Uint8Array[];
  readonly files: readonly number[];
}

/**
 * The audit log: an entry is durable in the queue before `append` resolves, and in the tree
 * under a signed checkpoint within a second, in the background.
 */
export class AuditLog implements AuditSink, AsyncDisposable {
  readonly #options: AuditLogOptions;
  /** All of the log's keys, whether they sign now or not. */
  readonly #keys: readonly LogKey[];
  /** Those that sign the next checkpoint, unless an entry that it adds makes another choice. */
  #signing: readonly LogKey[];
  readonly #lock: Disposable;
  readonly #files: DurableFiles;
  readonly #writer: TileWriter;
  readonly #queue: AppendQueue;
  /** Durable entries that the tree does not have yet. */
  #pending: Uint8Array[];
  #checkpoint: SignedCheckpoint;
  #integrating: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #failing = false;
  #debts: Debts | null = null;
  #paying: Promise<void> | undefined;

  private constructor(options: AuditLogOptions, keys: readonly LogKey[], lock: Disposable, state: State) {
    this.#options = options;
    this.#keys = keys;
    this.#signing = signedBefore(keys, state.checkpoint);
    this.#lock = lock;
    this.#files = state.durable;
    this.#writer = state.writer;
    this.#checkpoint = state.checkpoint;
    this.#pending = [...state.pending];
    this.#queue = new AppendQueue({
      folder: path.join(options.directory, 'queue'),
      committed: state.checkpoint.size + state.pending.length,
      files: state.files,
      onCommitted: (_first, entries) => this.#onCommitted(entries),
      ...(options.openFile && { openFile: options.openFile }),
    });
  }

  /**
   * Opens the log of a folder, or begins one; what a crash left is taken up where it was.
   *
   * @throws {AuditError} AUDIT_LOG_LOCKED if another writer has it open
   * @throws {AuditError} AUDIT_LOG_CORRUPT if checkpoint, tiles and queue do not fit together
   * @throws {AuditError} AUDIT_CHECKPOINT_INVALID if its checkpoint is not signed by the given keys or is another log's
   */
  static async open(options: AuditLogOptions): Promise<AuditLog> {
    const keys = options.signers.map((signer) => ({
      algorithm: signer.algorithm,
      signer: noteSigner(options.origin, signer),
    }));
    if (keys.length === 0) throw new TypeError('An audit log needs a signer');
    await mkdir(options.directory, { recursive: true, mode: 0o700 });
    const lock = lockDirectory(options.directory);
    try {
      const durable = new DurableFiles(options.directory);
      await durable.clear();
      const checkpoint = await loadCheckpoint(
        options,
        durable,
        keys.map(({ signer }) => signer),
      );
      const folder = path.join(options.directory, 'queue');
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const writer = await TileWriter.open(options.directory, durable, checkpoint);
      const queue = await recoverQueue(folder, checkpoint.size, options.log);
      await writer.removePartials(Math.max(0, checkpoint.size - STEP_LIMIT));
      const state = { durable, writer, checkpoint, pending: queue.entries, files: queue.files };
      const log = new AuditLog(options, keys, lock, state);
      await log.flush();
      return log;
    } catch (cause) {
      lock[Symbol.dispose]();
      throw cause;
    }
  }

  /** The newest published checkpoint. */
  get checkpoint(): SignedCheckpoint {
    return this.#checkpoint;
  }

  /** Entries that are durable, whether the tree has them yet or not. */
  get size(): number {
    return this.#queue.committed;
  }

  /** The log's public keys as verifier keys, for those who verify it. */
  get verifierKeys(): readonly string[] {
    return this.#keys.map(({ signer }) => signer.verifierKey);
  }

  /** What checkpoints are signed with. */
  get signatures(): readonly SignatureAlgorithm[] {
    return this.#signing.map(({ algorithm }) => algorithm);
  }

  /**
   * Has checkpoints signed with these algorithms, from the one on that has the entry which says so; does nothing where
   * they are signed so already. Verifiers hold the newest checkpoint against that entry.
   *
   * @throws {TypeError} if the log has no key of one of them, or none is named
   * @throws {AuditError} AUDIT_LOG_UNAVAILABLE if it cannot be logged: then all stays as it is
   */
  async chooseSignatures(algorithms: readonly SignatureAlgorithm[], actor: string): Promise<void> {
    const chosen = this.#keysOf({ algorithms });
    if (chosen.length === 0 || chosen.length !== algorithms.length) throw new TypeError('The log has no such key');
    await this.flush();
    if (chosen.length === this.#signing.length && chosen.every((key) => this.#signing.includes(key))) return;
    await this.append(choiceEvent(actor, { algorithms: chosen.map(({ algorithm }) => algorithm) }));
    await this.flush();
  }

  /** Reads what the log has published. */
  get source(): LogSource {
    return directorySource(this.#options.directory);
  }

  /**
   * Puts an event into the log.
   *
   * @returns its index, once it is durable
   * @throws {AuditError} AUDIT_LOG_UNAVAILABLE if it cannot be made durable now; what it is about must then not happen
   * @throws {AuditError} AUDIT_ENTRY_INVALID if it has another form or is over a limit
   */
  async append(event: AuditEvent): Promise<AuditReceipt> {
    if (this.#closed) throw unavailable('it is closed');
    if (this.#debts !== null && this.#debts.size > 0) await this.pay();
    const entry = encodeEntry({ time: this.#options.clock.now(), event });
    if (this.#pending.length + this.#queue.waiting >= BACKLOG_LIMIT) {
      await this.#makeRoom();
      if (this.#closed) throw unavailable('it is closed');
    }
    return { index: await this.#queue.append(entry) };
  }

  /** Takes entries from here before any other, whenever there are some. */
  owe(debts: Debts): void {
    this.#debts = debts;
  }

  /** Takes what is owed. @throws {AuditError} AUDIT_LOG_UNAVAILABLE */
  pay(): Promise<void> {
    this.#paying ??= this.#payAll().finally(() => (this.#paying = undefined));
    return this.#paying;
  }

  /**
   * Puts all entries that are durable now into the tree.
   *
   * @returns a checkpoint that has them
   * @throws what the file system throws if tiles or checkpoint cannot be written
   */
  async flush(): Promise<SignedCheckpoint> {
    const goal = this.#queue.committed;
    while (this.#checkpoint.size < goal) {
      this.#integrating ??= this.#integrate().finally(() => (this.#integrating = undefined));
      await this.#integrating;
    }
    return this.#checkpoint;
  }

  /** Publishes a checkpoint of this log that carries cosignatures beside the newest one; it is kept until the next. */
  async publishWitnessed(note: string): Promise<void> {
    const verifiers = this.verifierKeys.map((key) => parseNoteVerifier(key));
    const { origin } = openCheckpoint(note, verifiers);
    if (origin !== this.#options.origin) throw foreign(origin);
    await this.#files.write(WITNESSED_PATH, note);
    await this.#files.sync();
  }

  /** Takes no more entries, publishes those that it has, and gives the folder back. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    try {
      await this.#queue.close();
      await this.flush();
    } catch (error) {
      this.#options.log.warn({ error: String(error) }, 'closed the audit log with entries still in its queue');
    } finally {
      this.#lock[Symbol.dispose]();
    }
  }

  #keysOf({ algorithms }: SignatureChoice): readonly LogKey[] {
    return this.#keys.filter(({ algorithm }) => algorithms.includes(algorithm));
  }

  #onCommitted(entries: readonly Uint8Array[]): void {
    for (const entry of entries) this.#pending.push(entry);
    this.#schedule();
  }

  async #payAll(): Promise<void> {
    for (let debts = this.#debts; debts !== null && debts.size > 0;) {
      const { clock } = this.#options;
      const paying = debts.oldest(DEBTS_AT_ONCE).map(async ({ id, event }) => {
        await this.#queue.append(encodeEntry({ time: clock.now(), event }));
        debts.paid(id, event);
      });
      const failed = (await Promise.allSettled(paying)).find(({ status }) => status === 'rejected');
      if (failed?.status === 'rejected') throw failed.reason;
    }
  }

  async #makeRoom(): Promise<void> {
    try {
      await this.flush();
    } catch (cause) {
      throw unavailable('too many entries wait, and its tiles cannot be written', cause);
    }
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#closed) return;
    const run = async () => {
      try {
        await this.flush();
        this.#failing = false;
      } catch (error) {
        // Once per outage: the next try comes in a moment, and a disk can stay full for days.
        if (!this.#failing)
          this.#options.log.error({ error: String(error) }, 'cannot publish the audit log, trying on');
        this.#failing = true;
      }
      this.#timer = undefined;
      if (this.#pending.length > 0) this.#schedule();
    };
    this.#timer = setTimeout(() => void run(), this.#options.integrateEvery ?? INTEGRATE_EVERY).unref();
  }

  /** Tiles, then the checkpoint that speaks of them, then what is no longer needed. */
  async #integrate(): Promise<void> {
    const entries = this.#pending.slice(0, STEP_LIMIT);
    const oldSize = this.#checkpoint.size;
    // A run that failed after its tiles were written has them in the writer already.
    const missing = entries.slice(this.#writer.size - oldSize);
    const head = await this.#writer.add(missing);
    const choice = lastChoice(entries);
    const signing = choice === null ? this.#signing : this.#keysOf(choice);
    const signers = signing.map(({ signer }) => signer);
    this.#checkpoint = await publish(this.#files, { origin: this.#options.origin, ...head }, signers);
    this.#signing = signing;
    this.#pending = this.#pending.slice(head.size - oldSize);
    await this.#writer.removePartials(oldSize);
    await this.#queue.release(head.size);
  }
}

/** The keys whose lines the newest checkpoint carries; all of them where it was signed with earlier ones. */
function signedBefore(keys: readonly LogKey[], { signers }: SignedCheckpoint): readonly LogKey[] {
  const known = keys.filter(({ signer }) => signers.some(({ verifierKey }) => verifierKey === signer.verifierKey));
  return known.length === 0 ? keys : known;
}

async function loadCheckpoint(
  options: AuditLogOptions,
  files: DurableFiles,
  signers: readonly NoteSigner[],
): Promise<SignedCheckpoint> {
  const { directory, origin } = options;
  const bytes = await directorySource(directory).read(CHECKPOINT_PATH);
  if (bytes !== null) {
    const verifiers = [
      ...signers.map((signer) => parseNoteVerifier(signer.verifierKey)),
      ...(options.formerKeys ?? []),
    ];
    const checkpoint = openCheckpoint(new TextDecoder().decode(bytes), verifiers);
    if (checkpoint.origin !== origin) throw foreign(checkpoint.origin);
    return checkpoint;
  }
  // The first checkpoint stands before the first folder is made: a log with folders and none has lost it.
  const names = await readdir(directory);
  if (names.includes('tile') || names.includes('queue')) {
    throw new AuditError('AUDIT_LOG_CORRUPT', `Cannot open audit log in ${directory}: its checkpoint is missing`, {
      hint: 'Restore the log’s directory from a copy; beginning anew here would hide what was logged',
    });
  }
  return publish(files, { origin, size: 0, root: emptyTreeRoot() }, signers);
}

async function publish(
  files: DurableFiles,
  checkpoint: Checkpoint,
  signers: readonly NoteSigner[],
): Promise<SignedCheckpoint> {
  const text = formatCheckpoint(checkpoint);
  const note = await signNote(text, signers);
  await files.write(CHECKPOINT_PATH, note);
  await files.sync();
  return { ...checkpoint, text, note, signers: signers.map((signer) => parseNoteVerifier(signer.verifierKey)) };
}

function foreign(origin: string): AuditError {
  return new AuditError('AUDIT_CHECKPOINT_INVALID', `Cannot use checkpoint: it is of another log, ${origin}`);
}

function unavailable(why: string, cause?: unknown): AuditError {
  return new AuditError('AUDIT_LOG_UNAVAILABLE', `Cannot append to audit log: ${why}`, {
    cause,
    hint: 'Look for what keeps the log’s volume from being written; appending goes on by itself',
  });
}

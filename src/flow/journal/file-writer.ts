import { AEAD_TAG_LENGTH } from '#base/crypto/index.ts';
import type { AeadKey } from '#base/crypto/index.ts';
import { hasCode } from '#base/core/index.ts';
import type { Clock } from '#base/core/index.ts';
import { ByteWriter } from './byte-writer.ts';
import { JournalError } from './errors.ts';
import { decodeHeader, encodeHeader } from './file-header.ts';
import type { FileHeader } from './file-header.ts';
import { FRAME_HEADER_LENGTH, FRAME_LIMIT, sealFrame } from './frame.ts';
import type { JournalFiles, JournalHandle } from './journal-files.ts';
import type { JournalKeySource, JournalPosition, JournalWriter } from './ports.ts';
import { encodeRecord } from './record-codec.ts';
import type { JournalRecord } from './record.ts';

export interface FileJournalOptions {
  /** Folder of this worker's files; made where it is not there. */
  readonly directory: string;
  readonly kind?: FileHeader['kind'];
  readonly worker: number;
  /** Id of this process start: `[a-z0-9-]{1,64}`, sorting behind the ids of earlier starts. */
  readonly start: string;
  readonly keys: JournalKeySource;
  readonly clock: Clock;
  readonly files: JournalFiles;
  /** A file is followed by the next once it has this many bytes… */
  readonly maxBytes: number;
  /** …or this many milliseconds. */
  readonly maxAgeMs: number;
  /** Records that each new file starts with: what must outlive the files before it. */
  readonly opening?: () => readonly JournalRecord[];
}

interface OpenFile {
  readonly fileId: string;
  readonly key: AeadKey;
  readonly handle: JournalHandle;
  readonly openedMs: number;
  /** Everything before is durable. */
  end: number;
  counter: number;
  chain: Uint8Array;
}

interface SpareKey {
  readonly fileId: string;
  readonly key: AeadKey;
  readonly counter: number;
}

interface Plain {
  readonly bytes: Uint8Array;
  /** End of each record in `bytes`. */
  readonly ends: readonly number[];
}

/**
 * A journal of append-only encrypted files: one synchronous write (O_DSYNC) per group.
 *
 * A group whose write fails is cut off again and its nonces stay used; the next group is tried afresh, in the same
 * file where only room was missing and in a new one after any other failure, since what that leaves behind is
 * unknown. No file is ever opened again for writing.
 */
export class FileJournalWriter implements JournalWriter {
  readonly #options: FileJournalOptions;
  readonly #out = new ByteWriter();
  #file: OpenFile | null = null;
  #previous: FileHeader['previous'] = null;
  #spare: SpareKey | null = null;
  /** A file that is to end, as one that readers could not be told about: the next group goes to another. */
  #retired: OpenFile | null = null;
  #tail: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #closed = false;

  private constructor(options: FileJournalOptions) {
    this.#options = options;
  }

  /**
   * Opens a writer with its first file made and durable, so that readers know all files of earlier starts as finished.
   *
   * @throws {JournalError} JOURNAL_FULL, JOURNAL_FAILED
   */
  static async open(options: FileJournalOptions): Promise<FileJournalWriter> {
    const writer = new FileJournalWriter(options);
    await writer.append([]);
    return writer;
  }

  append(records: readonly JournalRecord[]): Promise<JournalPosition> {
    if (this.#closed) return Promise.reject(new JournalError('JOURNAL_CLOSED', 'Cannot append: the journal is closed'));
    const plain = this.#encode(records);
    // The buffer is used again by the next call, so what cannot be sealed at once is copied.
    const kept = this.#waiting === 0 && this.#current() !== null ? plain : copied(plain);
    this.#waiting++;
    const group = this.#waiting === 1 ? this.#write(kept) : this.#tail.then(() => this.#write(kept));
    const settled = group.finally(() => {
      this.#waiting--;
    });
    this.#tail = settled.catch(() => undefined);
    return settled;
  }

  /** Ends the file that is written to: what comes goes to the next, and readers may let go of this one once they passed it. */
  async turn(): Promise<void> {
    if (this.#file === null || this.#closed) return;
    this.#retired = this.#file;
    await this.append([]);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#tail;
    await this.#leave();
  }

  #encode(records: readonly JournalRecord[]): Plain {
    const ends: number[] = [];
    this.#out.reset();
    for (const record of records) {
      encodeRecord(this.#out, record);
      ends.push(this.#out.length);
    }
    return { bytes: this.#out.view(), ends };
  }

  async #write(plain: Plain): Promise<JournalPosition> {
    try {
      const file = this.#current() ?? (await this.#next());
      if (plain.ends.length > 0) await this.#put(file, plain, 0);
      return { file: file.fileId, offset: file.end };
    } catch (error) {
      throw await this.#failure(error);
    }
  }

  #current(): OpenFile | null {
    const file = this.#file;
    if (file === null || file === this.#retired) return null;
    const age = this.#options.clock.monotonicMs() - file.openedMs;
    return file.end >= this.#options.maxBytes || age >= this.#options.maxAgeMs ? null : file;
  }

  /** Makes the next file; the one before is left only once it is there. */
  async #next(): Promise<OpenFile> {
    const { directory, worker, start, keys, clock } = this.#options;
    const before = this.#file;
    const previous = before === null ? this.#previous : { fileId: before.fileId, end: before.end };
    const { fileId, key, counter } = this.#spare ?? { ...keys.next(), counter: 0 };
    this.#spare = null;
    const path = `${directory}/${fileId}.journal`;
    const header = encodeHeader({
      kind: this.#options.kind ?? 'journal',
      fileId,
      start,
      worker,
      created: clock.now(),
      previous,
    });
    const chain = decodeHeader(fileId, header)!.chain;
    const handle = await this.#create(path, { fileId, key, counter });
    const file: OpenFile = { fileId, key, handle, openedMs: clock.monotonicMs(), end: 0, counter, chain };
    try {
      await this.#put(file, this.#opening(this.#options.opening?.() ?? []), header.length, header);
    } catch (error) {
      await succeeds(handle.close());
      await this.#discard(path, file);
      throw error;
    }
    await this.#leave();
    this.#file = file;
    return file;
  }

  async #create(path: string, spare: SpareKey): Promise<JournalHandle> {
    try {
      return await this.#options.files.create(path);
    } catch (error) {
      // What is there already is another's file, and its id must never be used again.
      if (!hasCode(error, 'EEXIST')) await this.#discard(path, spare);
      throw error;
    }
  }

  /** Removes a file that could not be begun. Its key serves the next try, from the counter on that it has reached. */
  async #discard(path: string, { fileId, key, counter }: SpareKey): Promise<void> {
    const gone = await succeeds(this.#options.files.remove(path));
    if (gone) this.#spare = { fileId, key, counter };
  }

  #opening(records: readonly JournalRecord[]): Plain {
    const out = new ByteWriter();
    const ends = records.map((record) => {
      encodeRecord(out, record);
      return out.length;
    });
    return { bytes: out.view(), ends };
  }

  /** Seals a group behind `file.end`, after `lead` bytes of file header where the file is new. */
  async #put(file: OpenFile, plain: Plain, lead: number, header?: Uint8Array): Promise<void> {
    const framing = FRAME_HEADER_LENGTH + AEAD_TAG_LENGTH;
    const group = Buffer.allocUnsafe(lead + plain.bytes.length + plain.ends.length * framing);
    if (header !== undefined) group.set(header, 0);
    let [at, from, chain] = [lead, 0, file.chain];
    for (const [i, end] of plain.ends.entries()) {
      const bytes = plain.bytes.subarray(from, end);
      const length = bytes.length + AEAD_TAG_LENGTH;
      if (length > FRAME_LIMIT) throw new RangeError(`Cannot append: a record of ${length} bytes is over the limit`);
      const last = i === plain.ends.length - 1;
      const frame = { length, counter: file.counter++, back: at - lead, last };
      chain = sealFrame(file.key, chain, frame, bytes, group.subarray(at, at + FRAME_HEADER_LENGTH + length));
      at += FRAME_HEADER_LENGTH + length;
      from = end;
    }
    await file.handle.write(group, file.end);
    file.end += group.length;
    file.chain = chain;
    try {
      file.handle.announce(file.end);
    } catch {
      // The group is durable all the same. Readers learn of it from the next file's header.
      this.#retired = file;
    }
  }

  async #failure(error: unknown): Promise<unknown> {
    if (hasCode(error, 'JOURNAL_KEY_UNKNOWN')) return error;
    const full = hasCode(error, 'ENOSPC') || hasCode(error, 'EDQUOT');
    const file = this.#file;
    if (file !== null) {
      const cut = await succeeds(file.handle.truncate(file.end));
      if (!full || !cut) await this.#leave();
    }
    return full
      ? new JournalError('JOURNAL_FULL', 'Cannot append to the journal: the disk is full', {
          hint: 'Free space on the volume of the data directory; the journal goes on by itself',
          cause: error,
        })
      : new JournalError('JOURNAL_FAILED', 'Cannot append to the journal: writing failed', { cause: error });
  }

  /** Ends the current file where its durable part ends; the next file's header says so. */
  async #leave(): Promise<void> {
    const file = this.#file;
    if (file === null) return;
    this.#file = null;
    this.#previous = { fileId: file.fileId, end: file.end };
    await succeeds(file.handle.close());
  }
}

function copied(plain: Plain): Plain {
  return { bytes: plain.bytes.slice(), ends: plain.ends };
}

async function succeeds(work: Promise<void>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch {
    return false;
  }
}

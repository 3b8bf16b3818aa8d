import { open, unlink } from 'node:fs/promises';
import path from 'node:path';
import { AuditError } from './errors.ts';
import { syncFolder } from './durable-file.ts';
import { encodeQueueHeader, encodeQueueRecords, QUEUE_HEADER_LENGTH, queueFileName } from './queue-file.ts';

/** A file is followed by a new one once it is longer than this. */
const ROTATE_LENGTH = 8_388_608;

/** One write takes no more than this, so that those who wait behind it wait for milliseconds. */
const WRITE_LENGTH = 1_048_576;

/** What the queue needs of an open file; a test gives one that fails. */
export interface QueueHandle {
  write(data: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesWritten: number }>;
  datasync(): Promise<void>;
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

export interface AppendQueueOptions {
  readonly folder: string;
  /** Entries that are durable already, in the tree or the queue: the index of the next one. */
  readonly committed: number;
  /** Indexes that the files in the folder begin with, rising. */
  readonly files: readonly number[];
  /** Hears of every group of entries as it becomes durable, in order, before those who wait for it do. */
  onCommitted(first: number, entries: readonly Uint8Array[]): void;
  /** Opens a file for writing, emptied; by default the file system's. */
  readonly openFile?: (file: string) => Promise<QueueHandle>;
}

interface Waiting {
  readonly entry: Uint8Array;
  readonly resolve: (index: number) => void;
  readonly reject: (error: AuditError) => void;
}

/**
 * Gives entries their order and makes them durable: all that wait share one write and one `fdatasync`.
 *
 * When a write fails, those in it are refused and the next one tries anew with a fresh file,
 * so that the queue comes back by itself when the disk does.
 */
export class AppendQueue {
  readonly #options: AppendQueueOptions;
  readonly #openFile: (file: string) => Promise<QueueHandle>;
  #files: number[];
  #committed: number;
  #waiting: Waiting[] = [];
  #current: { handle: QueueHandle; length: number } | undefined;
  #flushing: Promise<void> | undefined;

  constructor(options: AppendQueueOptions) {
    this.#options = options;
    this.#openFile = options.openFile ?? ((file) => open(file, 'w', 0o600));
    this.#files = [...options.files];
    this.#committed = options.committed;
  }

  /** Entries that are durable: the index of the next one. */
  get committed(): number {
    return this.#committed;
  }

  /** Entries that wait to be written. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /**
   * Adds an entry at the end.
   *
   * @returns its index, once it is durable
   * @throws {AuditError} AUDIT_LOG_UNAVAILABLE if it could not be made durable: then it is not in the log
   */
  append(entry: Uint8Array): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entry, resolve, reject });
      this.#flushing ??= this.#flush();
    });
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    while (this.#flushing !== undefined) await this.#flushing;
  }

  /** Removes the files whose entries are all in the tree. */
  async release(integrated: number): Promise<void> {
    for (let next = this.#files[1]; next !== undefined && next <= integrated; next = this.#files[1]) {
      await unlink(this.#path(this.#files[0] ?? 0));
      this.#files.shift();
    }
  }

  /** Writes what waits and closes the file. */
  async close(): Promise<void> {
    await this.idle();
    await this.#current?.handle.close();
    this.#current = undefined;
  }

  async #flush(): Promise<void> {
    // Let those who append in the same turn of the loop join the first write.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const group = this.#takeGroup();
      const first = this.#committed;
      const entries = group.map((waiting) => waiting.entry);
      try {
        await this.#write(first, entries);
      } catch (cause) {
        await this.#giveUp();
        const error = unavailable(cause);
        for (const waiting of group) waiting.reject(error);
        continue;
      }
      this.#committed += group.length;
      this.#options.onCommitted(first, entries);
      for (const [i, waiting] of group.entries()) waiting.resolve(first + i);
    }
    this.#flushing = undefined;
  }

  #takeGroup(): Waiting[] {
    let [count, length] = [0, 0];
    for (const { entry } of this.#waiting) {
      if (count > 0 && length + entry.length > WRITE_LENGTH) break;
      count += 1;
      length += entry.length;
    }
    const group = this.#waiting.slice(0, count);
    this.#waiting = this.#waiting.slice(count);
    return group;
  }

  async #write(first: number, entries: readonly Uint8Array[]): Promise<void> {
    if (this.#current !== undefined && this.#current.length > ROTATE_LENGTH) {
      await this.#current.handle.close();
      this.#current = undefined;
    }
    this.#current ??= await this.#newFile(first);
    const data = encodeQueueRecords(first, entries);
    await writeAll(this.#current.handle, data, this.#current.length);
    await this.#current.handle.datasync();
    this.#current.length += data.length;
  }

  /** A file that begins with the next entry. One of the same name holds nothing that was acknowledged. */
  async #newFile(first: number): Promise<{ handle: QueueHandle; length: number }> {
    const handle = await this.#openFile(this.#path(first));
    try {
      await writeAll(handle, encodeQueueHeader(first), 0);
      await handle.datasync();
      await syncFolder(this.#options.folder);
    } catch (cause) {
      await handle.close().catch(() => undefined);
      throw cause;
    }
    if (this.#files.at(-1) !== first) this.#files.push(first);
    return { handle, length: QUEUE_HEADER_LENGTH };
  }

  /** Leaves a file that failed, without what was being written. If that cannot be cut now, recovery knows to pass over it. */
  async #giveUp(): Promise<void> {
    const failed = this.#current;
    this.#current = undefined;
    await failed?.handle.truncate(failed.length).catch(() => undefined);
    await failed?.handle.close().catch(() => undefined);
  }

  #path(first: number): string {
    return path.join(this.#options.folder, queueFileName(first));
  }
}

async function writeAll(handle: QueueHandle, data: Uint8Array, position: number): Promise<void> {
  let done = 0;
  while (done < data.length) {
    const { bytesWritten } = await handle.write(data, done, data.length - done, position + done);
    if (bytesWritten === 0) throw new Error('the file system took no bytes');
    done += bytesWritten;
  }
}

function unavailable(cause: unknown): AuditError {
  return new AuditError('AUDIT_LOG_UNAVAILABLE', 'Cannot append to audit log: the entry could not be made durable', {
    cause,
    hint: 'Make room on the log’s volume or make it writable; appending goes on by itself',
  });
}

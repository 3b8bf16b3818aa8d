import { setTimeout as wait } from 'node:timers/promises';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { AeadKey } from '#base/crypto/index.ts';
import { hasCode } from '#base/core/index.ts';
import { JournalError } from './errors.ts';
import { CHAIN_LENGTH } from './file-header.ts';
import { FRAME_LIMIT } from './frame.ts';
import { FileSurvey } from './file-survey.ts';
import type { FileState } from './file-survey.ts';
import { laterGroupOpens, scanGroups } from './group-scan.ts';
import type { GroupScan } from './group-scan.ts';
import type { JournalCursor, JournalItem, JournalKeyRing, JournalReader, TornTail } from './ports.ts';
import { decodeRecord } from './record-codec.ts';
import { TextPool } from './text-pool.ts';

export interface FileJournalReaderOptions {
  /** Folder that holds one folder `w<number>` per worker. */
  readonly directory: string;
  readonly keys: JournalKeyRing;
  /** Hears once of each torn tail. */
  readonly onTorn?: (tail: TornTail) => void;
  /**
   * Hears once of each file that is damaged, or whose key is missing. Where it is given, reading goes on with the files behind it instead of ending;
   * the damaged file is kept, and a reader that starts once it was mended goes on where this one stopped in it.
   */
  readonly onDamaged?: (damage: JournalDamage) => void;
  /** True where no writer runs, as at start: then every file is read to its end. */
  readonly writersGone?: boolean;
}

/** From where on a file cannot be read, to its end. */
export interface JournalDamage {
  readonly file: string;
  readonly offset: number;
  /** What is there is not what was written, or its key is missing, as after an older catalogue was restored. */
  readonly reason: 'JOURNAL_DAMAGED' | 'JOURNAL_KEY_UNKNOWN';
}

const SET_ASIDE = ['JOURNAL_DAMAGED', 'JOURNAL_KEY_UNKNOWN'] as const;

/** What can be told about a file without reading its records. */
export interface JournalFileInfo {
  readonly path: string;
  readonly fileId: string;
  /** Epoch microseconds; not authenticated before a record was read. */
  readonly created: number;
  /** Whether no writer will add to it. */
  readonly finished: boolean;
}

const CHUNK = 1024 * 1024;
/** With `follow`, how long to wait for `wake` before looking all the same. */
const LOOK_AGAIN_MS = 1_000;
/** With `follow`, how long a reader that has caught up lets more come, since a look costs a millisecond of processor. */
const GATHER_MS = 20;

/** What one look at all workers came to. */
interface Pass {
  progress: boolean;
  /** Whether something was known to be there that it did not come to. */
  more: boolean;
}

/** Reads journal files while their writers append to them; any number of readers may. */
export class FileJournalReader implements JournalReader {
  readonly #options: FileJournalReaderOptions;
  readonly #survey: FileSurvey;
  readonly #keys = new Map<string, AeadKey>();
  /** Where files that will not grow any more were found to end. */
  readonly #ends = new Map<string, number>();
  readonly #damaged = new Set<string>();
  readonly #texts = new TextPool();
  readonly #sleepers = new Set<() => void>();
  #woken = 0;

  constructor(options: FileJournalReaderOptions) {
    this.#options = options;
    const onHeadless = options.onDamaged === undefined ? {} : { onHeadless: (file: string) => this.#setAside(file, 0) };
    this.#survey = new FileSurvey(options.directory, { writersGone: options.writersGone ?? false, ...onHeadless });
  }

  async *read(
    cursor: JournalCursor,
    { follow = false, signal }: { follow?: boolean; signal?: AbortSignal } = {},
  ): AsyncGenerator<JournalItem, void, undefined> {
    const at = new Map(cursor);
    const stopped = (): boolean => signal?.aborted === true;
    while (!stopped()) {
      const woken = this.#woken;
      const pass: Pass = { progress: false, more: false };
      for (const files of await this.#survey.look()) {
        for await (const item of this.#worker(files, at, pass)) {
          pass.progress = true;
          yield item;
          if (stopped()) return;
        }
      }
      if (pass.progress) {
        if (follow && !pass.more) await wait(GATHER_MS, undefined, { signal }).catch(() => undefined);
        continue;
      }
      if (!follow) return;
      this.#texts.clear();
      if (woken === this.#woken) await this.#sleep(signal);
    }
  }

  wake(): void {
    this.#woken++;
    for (const rouse of this.#sleepers) rouse();
  }

  async release(cursors: readonly JournalCursor[]): Promise<readonly string[]> {
    const passed: string[] = [];
    const states = (await this.#survey.look()).flat();
    this.#forgetOthers(new Set(states.map(({ file }) => file.fileId)));
    for (const state of states) {
      if (state.kind === 'live') continue;
      const end = await this.#end(state);
      if (this.#damaged.has(state.file.fileId)) continue;
      const begin = state.file.headerLength;
      if (cursors.every((cursor) => (cursor.get(state.file.fileId) ?? begin) >= end)) passed.push(state.file.path);
    }
    return passed;
  }

  /** What is known of files that are gone is needed no more, their keys least of all. */
  #forgetOthers(there: ReadonlySet<string>): void {
    for (const known of [this.#keys, this.#ends, this.#damaged]) {
      for (const file of known.keys()) if (!there.has(file)) known.delete(file);
    }
  }

  /** The files that are there, oldest first for each worker; those made ahead and not begun are left out. */
  async files(): Promise<readonly JournalFileInfo[]> {
    return (await this.#survey.look())
      .flat()
      .flatMap(({ file, kind }) =>
        file.header === null
          ? []
          : [{ path: file.path, fileId: file.fileId, created: file.header.created, finished: kind !== 'live' }],
      );
  }

  /** One chunk of the first file of a worker that has something left, so that no worker starves another. */
  async *#worker(files: readonly FileState[], at: Map<string, number>, pass: Pass): AsyncGenerator<JournalItem> {
    for (const state of files) {
      const { file } = state;
      if (file.header === null) continue;
      const from = Math.max(at.get(file.fileId) ?? 0, file.headerLength);
      const end = this.#ends.get(file.fileId);
      if (end !== undefined && from >= end) continue;
      const chunk = await this.#chunk(state, from);
      if (this.#damaged.has(file.fileId)) continue;
      if (chunk !== null) {
        for (const frame of chunk.frames) {
          const offset = from + frame.end;
          at.set(file.fileId, offset);
          const record = this.#decode(state, from + frame.at, frame.plain);
          yield { position: { file: file.fileId, offset }, record, worker: file.worker };
        }
        if (chunk.frames.length > 0) {
          pass.more ||= state.kind !== 'live' || at.get(file.fileId)! < state.durable;
          return;
        }
      }
      if (!this.#ends.has(file.fileId)) return;
    }
  }

  /** The whole groups of a file from an offset on; null at its end, which is then noted unless it may still grow. */
  async #chunk(state: FileState, from: number): Promise<GroupScan | null> {
    try {
      return await this.#scan(state, from);
    } catch (error) {
      const reason = SET_ASIDE.find((code) => hasCode(error, code));
      if (this.#options.onDamaged === undefined || reason === undefined) throw error;
      this.#setAside(state.file.fileId, from, reason);
      return null;
    }
  }

  /** Takes a file that cannot be read as ended, so that one bad place does not hide all that came after it in other files. */
  #setAside(file: string, offset: number, reason: JournalDamage['reason'] = 'JOURNAL_DAMAGED'): void {
    this.#ends.set(file, offset);
    if (this.#damaged.has(file)) return;
    this.#damaged.add(file);
    this.#options.onDamaged?.({ file, offset, reason });
  }

  async #scan(state: FileState, from: number): Promise<GroupScan | null> {
    const { file, kind, durable } = state;
    const handle = await openOrNull(file.path);
    if (handle === null) {
      this.#ends.set(file.fileId, from);
      return null;
    }
    await using held = handle;
    const limit = kind === 'live' ? durable : kind === 'closed' ? state.end : (await held.stat()).size;
    if (durable > limit && from >= limit) throw damaged(state, limit);
    if (from >= limit) {
      if (kind !== 'live') this.#ends.set(file.fileId, limit);
      return null;
    }
    const key = await this.#key(file.fileId);
    const chain =
      from === file.headerLength ? file.chain : await readExactly(held, state, from - CHAIN_LENGTH, CHAIN_LENGTH);
    for (let size = CHUNK; ; size *= 4) {
      const length = Math.min(size, limit - from);
      const bytes = await readExactly(held, state, from, length);
      const scan = scanGroups(key, chain, bytes);
      if (scan.frames.length > 0) return scan;
      if (scan.stop === 'more' && length < limit - from && size <= FRAME_LIMIT * 4) continue;
      return await this.#stopped(state, from, limit, key, held);
    }
  }

  /** Nothing opens at `from`: either what follows was never durable, or it was and is damaged. */
  async #stopped(state: FileState, from: number, limit: number, key: AeadKey, held: FileHandle): Promise<null> {
    const { file, kind, durable } = state;
    const rest = kind === 'dead' && from >= durable ? await readExactly(held, state, from, limit - from) : null;
    if (rest === null || laterGroupOpens(key, rest)) throw damaged(state, from);
    this.#ends.set(file.fileId, from);
    // Room that was made ahead is no torn tail.
    if (rest.some((byte) => byte !== 0)) {
      this.#options.onTorn?.({ file: file.fileId, offset: from, length: limit - from });
    }
    return null;
  }

  /** Where a file that will not grow any more ends. */
  async #end(state: FileState): Promise<number> {
    const { file, kind } = state;
    if (file.header === null) return 0;
    if (kind === 'closed') return state.end;
    let from = file.headerLength;
    for (;;) {
      const end = this.#ends.get(file.fileId);
      if (end !== undefined) return end;
      from += (await this.#chunk(state, from))?.end ?? 0;
    }
  }

  #decode(state: FileState, offset: number, plain: Uint8Array): JournalItem['record'] {
    try {
      return decodeRecord(plain, this.#texts);
    } catch (cause) {
      if (!hasCode(cause, 'JOURNAL_RECORD_INVALID')) throw cause;
      const message = `Cannot decode journal record at byte ${offset} of ${state.file.fileId}: ${(cause as Error).message}`;
      throw new JournalError('JOURNAL_RECORD_INVALID', message, { cause });
    }
  }

  async #key(fileId: string): Promise<AeadKey> {
    const known = this.#keys.get(fileId) ?? (await this.#options.keys.key(fileId));
    if (known === null) {
      throw new JournalError(
        'JOURNAL_KEY_UNKNOWN',
        `Cannot read journal file ${fileId}: its key is not in the key ring`,
      );
    }
    this.#keys.set(fileId, known);
    return known;
  }

  #sleep(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const rouse = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', rouse);
        this.#sleepers.delete(rouse);
        resolve();
      };
      const timer = setTimeout(rouse, LOOK_AGAIN_MS);
      signal?.addEventListener('abort', rouse);
      this.#sleepers.add(rouse);
    });
  }
}

function damaged({ file }: FileState, offset: number): JournalError {
  return new JournalError(
    'JOURNAL_DAMAGED',
    `Cannot read journal file ${file.fileId}: the record at byte ${offset} is damaged`,
    {
      hint: 'Restore the file from a backup; nothing behind the damaged record was read',
    },
  );
}

async function openOrNull(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}

async function readExactly(handle: FileHandle, state: FileState, offset: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  let got = 0;
  while (got < length) {
    const { bytesRead } = await handle.read(bytes, got, length - got, offset + got);
    // A durable part that is not there any more is damage like any other.
    if (bytesRead === 0) throw damaged(state, offset);
    got += bytesRead;
  }
  return bytes;
}

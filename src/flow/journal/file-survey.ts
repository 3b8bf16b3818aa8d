import { open, readdir } from 'node:fs/promises';
import { hasCode } from '#base/core/index.ts';
import { JournalError } from './errors.ts';
import { decodeHeader, HEADER_LIMIT } from './file-header.ts';
import type { FileHeader } from './file-header.ts';
import { extentPath } from './journal-files.ts';

interface FilePlace {
  readonly path: string;
  readonly fileId: string;
  readonly worker: number;
}

/** A journal file that was found, and what its header says; `header` is null where its making was cut short. */
export interface JournalFile extends FilePlace {
  readonly header: FileHeader | null;
  readonly headerLength: number;
  readonly chain: Uint8Array;
}

/**
 * How far a file may be read: `live` up to what its writer announced, `closed` up to where its writer left it, `dead`
 * up to its last whole group, since its writer went without a word, or the file that had the word is gone.
 */
export interface FileState {
  readonly file: JournalFile;
  readonly kind: 'live' | 'closed' | 'dead';
  /** Everything before this offset was durable when its writer said so. */
  readonly durable: number;
  /** Where a closed file ends; 0 for others. */
  readonly end: number;
}

const WORKER_FOLDER = /^w(\d{1,4})$/;
const FILE_NAME = /^([a-z0-9-]{1,64})\.journal$/;

export interface FileSurveyOptions {
  readonly writersGone: boolean;
  /** Hears of a file whose header is damaged, which is then passed over; without it such a file is an error. */
  readonly onHeadless?: (fileId: string) => void;
}

/** Finds the files of all workers and tells their states; headers are read once. */
export class FileSurvey {
  readonly #directory: string;
  readonly #options: FileSurveyOptions;
  readonly #known = new Map<string, JournalFile>();

  constructor(directory: string, options: FileSurveyOptions) {
    this.#directory = directory;
    this.#options = options;
  }

  /** The states of each worker's files, oldest first; one list per worker. */
  async look(): Promise<readonly (readonly FileState[])[]> {
    const workers = await this.#files();
    const extents = new Map<string, number>();
    for (const files of workers) {
      for (const [i, file] of files.entries()) {
        const extent = await readExtent(file.path);
        extents.set(file.fileId, extent);
        // Begun since its header was looked for: now it is there.
        if (file.header === null && extent !== 0) files[i] = (await this.#file(file)) ?? file;
      }
    }
    const all = workers.flat();
    const left = new Map<string, { end: number; durably: boolean }>();
    let newestStart = '';
    for (const { header, fileId } of all) {
      // A file is left once the next one is durable: until then what that begins with may stand in older files only.
      if (header?.previous) {
        left.set(header.previous.fileId, { end: header.previous.end, durably: extents.get(fileId) !== 0 });
      }
      if (header === null && extents.get(fileId) !== 0) {
        if (this.#options.onHeadless === undefined) throw headless(fileId);
        this.#options.onHeadless(fileId);
      }
      // A start counts once its first file is durable: until then what it recovers may still lie in older files only.
      if (header === null || extents.get(fileId) === 0) continue;
      if (header.start > newestStart) newestStart = header.start;
    }
    return workers.map((files) => {
      const begun = files.findLastIndex(({ header, fileId }) => header !== null && extents.get(fileId) !== 0);
      return files.map((file, at) => {
        const durable = extents.get(file.fileId) ?? 0;
        const next = left.get(file.fileId);
        // Its writer is in a later one by now, whether or not the next one, which says where this one ends, went before it.
        const isLeft = at < begun || (file.header !== null && file.header.start < newestStart);
        // An empty file may be one made ahead for a writer that runs: nobody but its maker can tell.
        const over = this.#options.writersGone || (file.header !== null && isLeft);
        if (next !== undefined && (over || next.durably)) return { file, kind: 'closed', durable, end: next.end };
        return { file, kind: over ? 'dead' : 'live', durable, end: 0 };
      });
    });
  }

  async #files(): Promise<JournalFile[][]> {
    const workers: JournalFile[][] = [];
    for (const folder of (await names(this.#directory)).sort()) {
      const worker = WORKER_FOLDER.exec(folder)?.[1];
      if (worker === undefined) continue;
      const files: JournalFile[] = [];
      for (const name of (await names(`${this.#directory}/${folder}`)).sort()) {
        const fileId = FILE_NAME.exec(name)?.[1];
        if (fileId === undefined) continue;
        const file = await this.#file({ path: `${this.#directory}/${folder}/${name}`, fileId, worker: Number(worker) });
        if (file !== null) files.push(file);
      }
      workers.push(files);
    }
    const there = new Set(workers.flat().map(({ path }) => path));
    for (const path of this.#known.keys()) if (!there.has(path)) this.#known.delete(path);
    return workers;
  }

  async #file({ path, fileId, worker }: FilePlace): Promise<JournalFile | null> {
    const known = this.#known.get(path);
    if (known !== undefined) return known;
    const start = await readStart(path);
    if (start === null) return null;
    const decoded = this.#header(fileId, start);
    if (decoded === null) return { path, fileId, worker, header: null, headerLength: 0, chain: new Uint8Array() };
    const { header, length, chain } = decoded;
    const file = { path, fileId, worker, header, headerLength: length, chain };
    this.#known.set(path, file);
    return file;
  }

  /** Null where there is none, or it is damaged and somebody wants to hear of that. */
  #header(fileId: string, start: Uint8Array): ReturnType<typeof decodeHeader> {
    const { onHeadless } = this.#options;
    try {
      return decodeHeader(fileId, start);
    } catch (error) {
      if (onHeadless === undefined || !hasCode(error, 'JOURNAL_FILE_INVALID')) throw error;
      onHeadless(fileId);
      return null;
    }
  }
}

async function names(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}

/** The first bytes of a file, or null where it is gone: another process deletes files that all have read. */
async function readStart(path: string, length = HEADER_LIMIT): Promise<Uint8Array | null> {
  try {
    await using file = await open(path, 'r');
    const bytes = new Uint8Array(length);
    const { bytesRead } = await file.read(bytes, 0, length, 0);
    return bytes.subarray(0, bytesRead);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}

async function readExtent(path: string): Promise<number> {
  const bytes = await readStart(extentPath(path), 8);
  if (bytes === null || bytes.length < 8) return 0;
  const value = new DataView(bytes.buffer).getFloat64(0, true);
  // Not authenticated, and need not be: it only says how far to look, and what is there must open.
  return Number.isSafeInteger(value) && value > 0 ? value : 0;
}

/** A file without a header is one that was never begun, unless its writer said that something in it was durable. */
function headless(fileId: string): JournalError {
  return new JournalError('JOURNAL_FILE_INVALID', `Cannot read journal file ${fileId}: its header is damaged`);
}

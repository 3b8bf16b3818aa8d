import { close, constants, fstatSync, fsync, ftruncate, open, write, writeSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { hasCode } from '#base/core/index.ts';

/** An open journal file and the small file beside it that tells readers how far it is durable. */
export interface JournalHandle {
  /** Writes all of `data` at an offset, or throws; once resolved it survives power loss. */
  write(data: Uint8Array, offset: number): Promise<void>;
  truncate(length: number): Promise<void>;
  /** Tells readers in other processes that everything before `offset` is durable. */
  announce(offset: number): void;
  close(): Promise<void>;
}

/** What the writer needs of a file system: a port so that tests can make it fail. */
export interface JournalFiles {
  /**
   * Makes a file, or takes an empty one that was made ahead. Fails with EEXIST where it has content: no file is
   * opened twice.
   */
  create(path: string): Promise<JournalHandle>;
  remove(path: string): Promise<void>;
}

/** The path of the file that says how far a journal file is durable: eight bytes, a little-endian double. */
export function extentPath(path: string): string {
  return `${path}.extent`;
}

type Callback = (error: NodeJS.ErrnoException | null) => void;

function done(run: (callback: Callback) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    run((error) => {
      if (error === null) resolve();
      else reject(error);
    });
  });
}

function openFile(path: string, flags: number): Promise<number> {
  return new Promise((resolve, reject) => {
    open(path, flags, 0o600, (error, fd) => {
      if (error === null) resolve(fd);
      else reject(error);
    });
  });
}

function writeAll(fd: number, data: Uint8Array, offset: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const step = (from: number): void => {
      write(fd, data, from, data.length - from, offset + from, (error, written) => {
        if (error !== null) reject(error);
        else if (from + written === data.length) resolve();
        else step(from + written);
      });
    };
    step(0);
  });
}

/**
 * Makes a file's name durable. Under Node's permission model a folder cannot be synced: there, who hands out the
 * file's key makes the empty file ahead and syncs its folder.
 */
async function syncDirectory(path: string): Promise<void> {
  const fd = await openFile(path, constants.O_RDONLY);
  try {
    await done((callback) => fsync(fd, callback));
  } catch (error) {
    if (!hasCode(error, 'ERR_ACCESS_DENIED')) throw error;
  } finally {
    await done((callback) => close(fd, callback));
  }
}

const { O_CREAT, O_DSYNC, O_EXCL, O_RDWR } = constants;

/**
 * Opens for writes that are durable when they complete: one call where `write` and `fdatasync` are two, and the
 * permission model refuses the second.
 */
async function openOnce(path: string): Promise<number> {
  try {
    return await openFile(path, O_RDWR | O_DSYNC | O_CREAT | O_EXCL);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    const fd = await openFile(path, O_RDWR | O_DSYNC);
    if (fstatSync(fd).size === 0) return fd;
    await done((callback) => close(fd, callback));
    throw error;
  }
}

/** The machine's own file system. */
export const nodeFiles: JournalFiles = {
  async create(path) {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const fd = await openOnce(path);
    const offsets = new Float64Array(1);
    let extent = -1;
    try {
      extent = await openFile(extentPath(path), O_RDWR | O_CREAT);
      writeSync(extent, offsets, 0, 8, 0);
      await syncDirectory(dirname(path));
    } catch (error) {
      await done((callback) => close(fd, callback));
      if (extent !== -1) await done((callback) => close(extent, callback));
      throw error;
    }
    return {
      write: (data, offset) => writeAll(fd, data, offset),
      truncate: (length) => done((callback) => ftruncate(fd, length, callback)),
      announce(offset) {
        offsets[0] = offset;
        // In the page cache within microseconds, so not worth a turn of the thread pool.
        writeSync(extent, offsets, 0, 8, 0);
      },
      async close() {
        await done((callback) => close(fd, callback));
        await done((callback) => close(extent, callback));
      },
    };
  },
  async remove(path) {
    await rm(path, { force: true });
    await rm(extentPath(path), { force: true });
  },
};

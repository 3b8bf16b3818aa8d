import { close, constants, fdatasync, fsync, ftruncate, open, write, writeSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** An open journal file and the small file beside it that tells readers how far it is durable. */
export interface JournalHandle {
  /** Writes all of `data` at an offset, or throws. */
  write(data: Uint8Array, offset: number): Promise<void>;
  datasync(): Promise<void>;
  truncate(length: number): Promise<void>;
  /** Tells readers in other processes that everything before `offset` is durable. */
  announce(offset: number): void;
  close(): Promise<void>;
}

/** What the writer needs of a file system: a port so that tests can make it fail. */
export interface JournalFiles {
  /** Makes a new file; its name is durable once this resolves. Fails where it exists: no file is opened twice. */
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

function openFile(path: string, flags: string | number, mode?: number): Promise<number> {
  return new Promise((resolve, reject) => {
    open(path, flags, mode ?? 0o600, (error, fd) => {
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

async function syncDirectory(path: string): Promise<void> {
  const fd = await openFile(path, constants.O_RDONLY);
  try {
    await done((callback) => fsync(fd, callback));
  } finally {
    await done((callback) => close(fd, callback));
  }
}

/** The machine's own file system. */
export const nodeFiles: JournalFiles = {
  async create(path) {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const fd = await openFile(path, 'wx+');
    const offsets = new Float64Array(1);
    let extent = -1;
    try {
      extent = await openFile(extentPath(path), 'w+');
      writeSync(extent, offsets, 0, 8, 0);
      await syncDirectory(dirname(path));
    } catch (error) {
      await done((callback) => close(fd, callback));
      if (extent !== -1) await done((callback) => close(extent, callback));
      throw error;
    }
    return {
      write: (data, offset) => writeAll(fd, data, offset),
      datasync: () => done((callback) => fdatasync(fd, callback)),
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

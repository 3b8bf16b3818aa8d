import { close, constants, fstatSync, fsync, ftruncate, open, write, writeSync, writev } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { hasCode } from '#base/core/index.ts';

/** An open journal file and the small file beside it that tells readers how far it is durable. */
export interface JournalHandle {
  /**
   * Writes all of `data` at an offset, or throws; once resolved it survives power loss. What is written last ends the
   * file, once it is closed; until then zeros may follow it.
   */
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

/** Files below this have no room made ahead: where little is written, little is wasted. */
const ROOM_FROM = 65_536;
const MOST_ROOM = 1_048_576;
const ZEROS = new Uint8Array(MOST_ROOM);

/** How many bytes of zeros are written behind what makes a file longer: as many as it has, up to a MiB. */
export function roomAhead(end: number): number {
  return end < ROOM_FROM ? 0 : Math.min(end, MOST_ROOM);
}

/**
 * Writes to a file whose room is made ahead. A durable write that makes a file longer waits for the file system's own
 * records too; one into room that is there waits for its bytes alone.
 */
class RoomyFile {
  readonly #fd: number;
  /** Where what was written ends, and where the file does. */
  #end = 0;
  #size = 0;

  constructor(fd: number) {
    this.#fd = fd;
  }

  async write(data: Uint8Array, offset: number): Promise<void> {
    const end = offset + data.length;
    if (end <= this.#size) {
      await writeAll(this.#fd, data, offset);
    } else {
      // Where a full disk has no room for the zeros, the call stops within them, and all that matters is there.
      const written = await writeBoth(this.#fd, data, ZEROS.subarray(0, roomAhead(end)), offset);
      if (written < data.length) await writeAll(this.#fd, data.subarray(written), offset + written);
      this.#size = Math.max(end, offset + written);
    }
    this.#end = Math.max(this.#end, end);
  }

  async truncate(length: number): Promise<void> {
    await done((callback) => ftruncate(this.#fd, length, callback));
    this.#end = this.#size = length;
  }

  async close(): Promise<void> {
    try {
      if (this.#size > this.#end) await this.truncate(this.#end);
    } finally {
      await done((callback) => close(this.#fd, callback));
    }
  }
}

function writeBoth(fd: number, data: Uint8Array, room: Uint8Array, offset: number): Promise<number> {
  return new Promise((resolve, reject) => {
    writev(fd, [data, room], offset, (error, written) => {
      if (error === null) resolve(written);
      else reject(error);
    });
  });
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
    const file = new RoomyFile(fd);
    return {
      write: (data, offset) => file.write(data, offset),
      truncate: (length) => file.truncate(length),
      announce(offset) {
        offsets[0] = offset;
        // In the page cache within microseconds, so not worth a turn of the thread pool.
        writeSync(extent, offsets, 0, 8, 0);
      },
      async close() {
        try {
          await file.close();
        } finally {
          await done((callback) => close(extent, callback));
        }
      },
    };
  },
  async remove(path) {
    await rm(path, { force: true });
    await rm(extentPath(path), { force: true });
  },
};

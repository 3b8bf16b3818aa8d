import { mkdir, open, rename, rm, unlink } from 'node:fs/promises';
import path from 'node:path';

/**
 * Writes files so that each is seen whole or not at all, and survives power loss once `sync` has resolved.
 *
 * A file is written beside the final place, brought to disk, and renamed; `sync` brings the names to disk.
 * One call after many files is cheaper than one after each.
 */
export class DurableFiles {
  readonly #root: string;
  readonly #scratch: string;
  readonly #dirty = new Set<string>();
  #syncing: Promise<void> = Promise.resolve();
  #sequence = 0;

  /**
   * @param root folder that all names are relative to; it must exist
   * @param scratch folder within it for what is being written; one that a crash left is emptied by `clear`
   */
  constructor(root: string, scratch = 'tmp') {
    this.#root = root;
    this.#scratch = scratch;
  }

  /** Removes what a crash left half written. */
  async clear(): Promise<void> {
    await rm(path.join(this.#root, this.#scratch), { recursive: true, force: true });
  }

  /** Writes one file; its folders are made. By default only the platform's own user can read them. */
  async write(name: string, data: Uint8Array | string, mode = 0o600): Promise<void> {
    const target = path.join(this.#root, name);
    const folder = path.dirname(target);
    this.#sequence += 1;
    const temporary = path.join(this.#root, this.#scratch, `${this.#sequence}`);
    try {
      await using file = await this.#inFolder(path.dirname(temporary), () => open(temporary, 'w', mode));
      await file.writeFile(data);
      await file.datasync();
    } catch (cause) {
      await unlink(temporary).catch(() => undefined);
      throw cause;
    }
    await this.#inFolder(folder, () => rename(temporary, target));
    this.#dirty.add(folder);
  }

  /** Does what needs a folder, and makes the folder only where it turns out to be missing: most are there. */
  async #inFolder<T>(folder: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')) throw cause;
    }
    const made = await mkdir(folder, { recursive: true, mode: 0o700 });
    // A new folder is a name in the one above: that one has to be synced as well, up to the first that was there.
    if (made !== undefined) {
      for (let at = folder; at.length >= made.length; at = path.dirname(at)) this.#dirty.add(path.dirname(at));
    }
    return work();
  }

  /** Brings the names of all files written so far to disk. */
  sync(): Promise<void> {
    // One at a time: a second caller must not return while the first is still bringing its folder to disk.
    const run = this.#syncing.then(() => this.#syncAll());
    this.#syncing = run.catch(() => undefined);
    return run;
  }

  async #syncAll(): Promise<void> {
    for (const folder of this.#dirty) {
      this.#dirty.delete(folder);
      try {
        await syncFolder(folder);
      } catch (cause) {
        this.#dirty.add(folder);
        throw cause;
      }
    }
  }
}

/** Brings the names in a folder to disk. */
export async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder, 'r');
  await handle.sync();
}

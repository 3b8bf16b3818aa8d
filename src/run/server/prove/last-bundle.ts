import { open, readFile, rename, rm } from 'node:fs/promises';
import { hasCode } from '#base/core/index.ts';

/**
 * The signed evidence of the last run that ended, for whoever was cut off from it: one file, which the next run replaces.
 */
export class LastBundle {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** The file is there whole or as it was, for its owner alone. */
  async keep(bundle: string): Promise<void> {
    const draft = `${this.#path}.new`;
    await rm(draft, { force: true });
    try {
      {
        await using file = await open(draft, 'wx', 0o600);
        await file.writeFile(bundle);
        await file.sync();
      }
      await rename(draft, this.#path);
    } finally {
      await rm(draft, { force: true });
    }
  }

  /** As it was signed; null before the first run has ended. */
  async read(): Promise<string | null> {
    try {
      return await readFile(this.#path, 'utf8');
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return null;
      throw error;
    }
  }
}

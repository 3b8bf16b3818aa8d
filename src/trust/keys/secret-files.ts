import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '#base/core/index.ts';
import type { Custody } from './custody.ts';
import { destroyFile, readIfThere, writeDurably } from './durable-file.ts';
import { KeysError } from './errors.ts';

/** The part of a custody that seals; the other part is files of what it sealed. */
export type Sealing = Pick<Custody, 'seal' | 'open' | 'generationOf' | 'generations'>;

const SECRET_NAME = /^[a-z0-9-]{1,100}$/;
const SUFFIX = '.key';

/** Kept secrets as files `<name>.key` of a folder, each sealed under the root key by its name. */
export class SecretFiles {
  readonly #folder: string;
  readonly #sealing: Sealing;

  constructor(folder: string, sealing: Sealing) {
    this.#folder = folder;
    this.#sealing = sealing;
  }

  async keep(name: string, secret: Uint8Array): Promise<void> {
    const path = this.#path(name);
    try {
      await writeDurably(path, await this.#sealing.seal(purposeOf(name), secret), 'create');
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
      throw new KeysError('KEYS_NAME_TAKEN', `Cannot keep secret ${name}: there is one already`, { cause: error });
    }
  }

  async fetch(name: string): Promise<Uint8Array | null> {
    const sealed = await readIfThere(this.#path(name));
    return sealed === null ? null : this.#sealing.open(purposeOf(name), sealed);
  }

  async names(): Promise<readonly string[]> {
    const files = await readdir(this.#folder).catch((error: unknown) => {
      if (hasCode(error, 'ENOENT')) return [];
      throw error;
    });
    return files
      .filter((file) => file.endsWith(SUFFIX))
      .map((file) => file.slice(0, -SUFFIX.length))
      .sort();
  }

  async countOf(generation: number): Promise<number> {
    let count = 0;
    for (const name of await this.names()) {
      const sealed = await readIfThere(this.#path(name));
      if (sealed !== null && this.#sealing.generationOf(sealed) === generation) count += 1;
    }
    return count;
  }

  /** Each file is replaced whole, so that after a crash it is sealed either so or so, and opens. */
  async reseal(): Promise<number> {
    const newest = this.#sealing.generations.at(-1);
    let count = 0;
    for (const name of await this.names()) {
      const sealed = await readIfThere(this.#path(name));
      if (sealed === null || this.#sealing.generationOf(sealed) === newest) continue;
      const secret = await this.#sealing.open(purposeOf(name), sealed);
      try {
        await writeDurably(this.#path(name), await this.#sealing.seal(purposeOf(name), secret), 'replace');
      } finally {
        secret.fill(0);
      }
      count += 1;
    }
    return count;
  }

  async destroy(name: string): Promise<void> {
    await destroyFile(this.#path(name));
  }

  #path(name: string): string {
    if (!SECRET_NAME.test(name)) {
      throw new KeysError('KEYS_NAME_INVALID', `Cannot use secret: ${JSON.stringify(name.slice(0, 80))} is no name`);
    }
    return join(this.#folder, `${name}${SUFFIX}`);
  }
}

function purposeOf(name: string): string {
  return `secret:${name}`;
}

import { toHex } from '#base/core/index.ts';
import type { Random } from '#base/core/index.ts';
import type { SearchOutcome } from '#assure/controls/index.ts';
import type { DataDirectory } from '../data-directory.ts';
import { needleForms } from './needle-forms.ts';
import { processTree, unnamedFiles } from './process-files.ts';
import { searchFile, searchFolders } from './search-files.ts';

/** File systems tell the time of a change in steps of a few milliseconds. */
const OLDER_MS = 2_000;

/** Looks for what must not lie in any file of the platform, nor in those of its processes that have no name. */
export class ProberSearch {
  readonly #layout: DataDirectory;
  readonly #random: Random;
  /** When each canary was made, in epoch milliseconds. */
  readonly #canaries = new Map<string, number>();

  constructor(layout: DataDirectory, random: Random) {
    this.#layout = layout;
    this.#random = random;
  }

  /** A word that nothing else holds. */
  canary(): string {
    const canary = `canary-${toHex(this.#random.bytes(16))}`;
    this.#canaries.set(canary, Date.now());
    return canary;
  }

  /** Looks for a canary, in all forms that it may lie about in. */
  find(canary: string, signal: AbortSignal): Promise<SearchOutcome> {
    return this.findBytes(needleForms(canary), this.#canaries.get(canary) ?? 0, signal);
  }

  /** Looks for bytes in files that changed since. @param sinceMs epoch milliseconds */
  async findBytes(forms: readonly Buffer[], sinceMs: number, signal: AbortSignal): Promise<SearchOutcome> {
    const { root, audit } = this.#layout;
    const folders = audit.startsWith(`${root}/`) ? [root] : [root, audit];
    const found = await searchFolders(folders, { forms, madeMs: sinceMs - OLDER_MS, signal });
    const { files, unreadable } = await unnamedFiles((await processTree(process.pid)) ?? []);
    for (const { path, name } of files) {
      signal.throwIfAborted();
      await searchFile(path, name, forms, found);
    }
    return { ...found, unreadable: found.unreadable + unreadable };
  }
}

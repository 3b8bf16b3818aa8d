import { open, readdir, lstat } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** What a search covered and what it found. */
export interface FileSearch {
  files: number;
  bytes: number;
  older: number;
  unreadable: number;
  readonly hits: string[];
}

/** Up to here every file is read; beyond it those that have not changed since the needle was made are passed over. */
export const READ_ALL_BYTES = 1_073_741_824;

const CHUNK_BYTES = 1_048_576;

export interface SearchOptions {
  readonly forms: readonly Buffer[];
  /** Epoch milliseconds from before the needle existed. */
  readonly madeMs: number;
  readonly signal: AbortSignal;
  readonly readAllBytes?: number;
}

/**
 * Looks for byte strings in every regular file below some folders. Links are not followed; files that go away
 * meanwhile are none.
 *
 * Whether a file changed is told by its change time, which no program can set back as it can the time of modification.
 *
 * @returns hits relative to the first folder
 */
export async function searchFolders(folders: readonly string[], options: SearchOptions): Promise<FileSearch> {
  const { forms, madeMs, signal, readAllBytes = READ_ALL_BYTES } = options;
  const found: FileSearch = { files: 0, bytes: 0, older: 0, unreadable: 0, hits: [] };
  const [first = ''] = folders;
  const files: { path: string; size: number; changedMs: number }[] = [];
  for (const folder of folders) for await (const file of walk(folder, found)) files.push(file);
  const total = files.reduce((sum, { size }) => sum + size, 0);
  for (const { path, changedMs } of files) {
    signal.throwIfAborted();
    if (total > readAllBytes && changedMs < madeMs) {
      found.older += 1;
      continue;
    }
    await searchFile(path, relative(first, path), forms, found);
  }
  return found;
}

async function* walk(
  folder: string,
  found: FileSearch,
): AsyncGenerator<{ path: string; size: number; changedMs: number }> {
  let entries;
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (!isGone(error)) found.unreadable += 1;
    return;
  }
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(path, found);
    else if (entry.isFile()) {
      const facts = await lstat(path).catch(() => null);
      if (facts !== null) yield { path, size: facts.size, changedMs: facts.ctimeMs };
    }
  }
}

/** Looks for byte strings in one file, chunk by chunk, with as much overlap as the longest needs. */
export async function searchFile(
  path: string,
  name: string,
  forms: readonly Buffer[],
  found: FileSearch,
): Promise<void> {
  const overlap = Math.max(...forms.map(({ length }) => length)) - 1;
  try {
    await using file = await open(path, 'r');
    const buffer = Buffer.allocUnsafe(overlap + CHUNK_BYTES);
    found.files += 1;
    let kept = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, kept, CHUNK_BYTES);
      if (bytesRead === 0) return;
      found.bytes += bytesRead;
      const seen = buffer.subarray(0, kept + bytesRead);
      if (forms.some((form) => seen.includes(form))) {
        found.hits.push(name);
        return;
      }
      const next = Math.min(overlap, seen.length);
      buffer.copyWithin(0, seen.length - next, seen.length);
      kept = next;
    }
  } catch (error) {
    if (!isGone(error)) found.unreadable += 1;
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

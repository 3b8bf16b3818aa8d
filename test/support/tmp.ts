import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

/** What can be told to clean up afterwards: the context of a test. */
export interface Cleanable {
  after(cleanUp: () => Promise<void>): void;
}

/**
 * Makes an empty temporary folder that is removed with its contents when the test ends.
 *
 * @returns its absolute path, without symbolic links on Linux
 */
export async function temporaryFolder(t: Cleanable): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'weir-test-'));
  // A server that is still closing may write once more while the folder is emptied: so a few tries.
  t.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
  return folder;
}

/** A temporary folder for code without a test context: `await using folder = await disposableFolder()`. */
export async function disposableFolder(): Promise<{ readonly path: string } & AsyncDisposable> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'weir-test-'));
  return {
    path: folder,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
  };
}

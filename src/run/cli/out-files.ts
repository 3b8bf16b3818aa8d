import { constants, createWriteStream } from 'node:fs';
import { copyFile, link, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { hasCode } from '#base/core/index.ts';
import { askFirst, askingFirst } from './ask-first.ts';
import type { AskOptions } from './ask-first.ts';
import type { CommandContext } from './command-context.ts';
import { CliError } from './errors.ts';
import { formatBytes } from './format-bytes.ts';

/** What a file is made of. */
export type OutContent = string | Iterable<string> | AsyncIterable<string | Uint8Array>;

/** What is at a place now: nothing, a file, or what is written to and not replaced, such as a terminal or a pipe. */
interface Place {
  readonly path: string;
  readonly is: 'free' | 'file' | 'stream';
  readonly shown: string;
}

/** Marks a command as one that writes files for its user. */
export function writingFiles(command: Command): Command {
  return askingFirst(command, 'replace files that are there already');
}

/**
 * Files that a command writes for its user: none that is there is replaced unasked, and each is there whole or not at
 * all.
 */
export class OutFiles {
  readonly #places: ReadonlyMap<string, Place>;

  private constructor(places: ReadonlyMap<string, Place>) {
    this.#places = places;
  }

  /**
   * Looks at the places, before anything is done whose outcome they are to hold.
   *
   * @param files those that were not asked for are undefined
   * @throws {CliError} CLI_UNCONFIRMED where some are there and may not be replaced, CLI_USAGE for a folder
   */
  static async open(
    context: CommandContext,
    { yes }: AskOptions,
    ...files: readonly (string | undefined)[]
  ): Promise<OutFiles> {
    const places = new Map<string, Place>();
    for (const file of files) if (file !== undefined) places.set(file, await lookAt(file));
    const there = [...places.values()].filter(({ is }) => is === 'file').map(({ shown }) => shown);
    if (there.length > 0 && yes !== true) {
      const goes = `${there.join(', ')} ${there.length === 1 ? 'is' : 'are'} there already and would be replaced`;
      await askFirst(context, { deed: 'write', goes });
    }
    return new OutFiles(places);
  }

  /**
   * Writes one of them.
   *
   * @param mode who may read it; what the umask leaves by default
   * @throws {CliError} CLI_FILE_EXISTS if another came there meanwhile
   */
  async write(file: string, content: OutContent, mode = 0o666): Promise<void> {
    const { path, is } = this.#places.get(file) ?? (await lookAt(file));
    const parts = Readable.from(typeof content === 'string' ? [content] : content);
    if (is === 'stream') return pipeline(parts, createWriteStream(path));
    const draft = join(dirname(path), `.${basename(path)}.${process.pid}.part`);
    try {
      await pipeline(parts, createWriteStream(draft, { flags: 'wx', mode }));
      await (is === 'file' ? rename(draft, path) : placeNew(draft, path));
    } finally {
      await rm(draft, { force: true });
    }
  }
}

async function lookAt(file: string): Promise<Place> {
  const found = await stat(file).catch((cause: unknown) => {
    if (hasCode(cause, 'ENOENT')) return null;
    throw cause;
  });
  if (found === null) return { path: file, is: 'free', shown: file };
  if (found.isDirectory()) throw new CliError('CLI_USAGE', `Cannot write ${file}: it is a folder`);
  const shown = `${file} (${formatBytes(found.size)}, of ${found.mtime.toISOString()})`;
  return { path: await realpath(file), is: found.isFile() ? 'file' : 'stream', shown };
}

/** Gives a draft its name, where nothing has it. */
async function placeNew(draft: string, path: string): Promise<void> {
  try {
    await link(draft, path).catch((cause: unknown) => {
      if (hasCode(cause, 'EEXIST')) throw cause;
      // Not every file system has links.
      return copyFile(draft, path, constants.COPYFILE_EXCL);
    });
  } catch (cause) {
    if (!hasCode(cause, 'EEXIST')) throw cause;
    throw new CliError('CLI_FILE_EXISTS', `Cannot write ${path}: it came to be there meanwhile and was left as it is`, {
      hint: 'Name another place, or replace it with --yes',
      cause,
    });
  }
}

import type { ReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { CliError } from './errors.ts';

/** A file that was named on the command line, as text. @throws {CliError} CLI_FILE_UNREADABLE */
export async function readTextFile(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
}

/** The same as bytes. @throws {CliError} CLI_FILE_UNREADABLE */
export async function readBytes(path: string): Promise<Uint8Array> {
  return readFile(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
}

/** The same as a stream of bytes, opened before anything is done with it. @throws {CliError} CLI_FILE_UNREADABLE */
export async function openFile(path: string): Promise<ReadStream> {
  const file: FileHandle = await open(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  return file.createReadStream();
}

function unreadable(path: string, cause: unknown): CliError {
  const why = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'it is not there' : 'it cannot be read';
  return new CliError('CLI_FILE_UNREADABLE', `Cannot read ${path}: ${why}`, { cause });
}

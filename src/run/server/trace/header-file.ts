import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ServerError } from '../errors.ts';

const MOST_FIELDS = 16;
const FIELD = /^([A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}):[ \t]*([\x20-\x7e]{1,4096})$/;

/**
 * Reads the fields that go to a collector: one `name: value` a line, empty lines and comments (`#`) aside.
 *
 * @param folder that of the data directory: a template names a file in it and cannot have others sent
 * @throws {ServerError} SERVER_TRACE_HEADERS
 */
export async function readHeaderFile(folder: string, name: string): Promise<Readonly<Record<string, string>>> {
  const path = join(folder, name);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new ServerError('SERVER_TRACE_HEADERS', `Cannot send traces: ${path} is not readable`, { cause });
  });
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const fields = lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => FIELD.exec(line));
  if (fields.length > MOST_FIELDS || fields.includes(null)) {
    throw new ServerError('SERVER_TRACE_HEADERS', `Cannot send traces: ${path} has lines that are not \`name: value\``);
  }
  return Object.fromEntries(fields.map((field) => [field?.[1]?.toLowerCase() ?? '', field?.[2]?.trim() ?? '']));
}

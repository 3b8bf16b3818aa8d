import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { CliError } from '../errors.ts';
import { csvRecords } from '#run/server/index.ts';
import type { SourceRecord } from '#run/server/index.ts';

/** Records of a file and how much of the file was read so far, for a progress bar. */
export interface RecordSource {
  readonly records: AsyncIterable<SourceRecord>;
  /** Bytes of the file that were read. */
  readonly position: () => number;
}

/**
 * Opens a file of readings: CSV or JSON lines, told apart by the first character, gzip by the name.
 *
 * @throws {CliError} CLI_FILE_UNREADABLE, also while iterating, naming the line
 */
export function readRecords(path: string): RecordSource {
  const file = createReadStream(path);
  const bytes = path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  // Node does not pass errors along a pipe.
  file.on('error', (error) => bytes.destroy(error));
  return { records: guarded(path, bytes.setEncoding('utf8')), position: () => file.bytesRead };
}

async function* guarded(path: string, chunks: AsyncIterable<string>): AsyncIterable<SourceRecord> {
  try {
    const iterator = chunks[Symbol.asyncIterator]();
    const first = await iterator.next();
    if (first.done === true) return;
    const all = chain(first.value, { [Symbol.asyncIterator]: () => iterator });
    yield* first.value.trimStart().startsWith('{') ? jsonRecords(path, all) : csvRecords(all);
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw new CliError('CLI_FILE_UNREADABLE', `Cannot read ${path}: ${(cause as Error).message}`, { cause });
  }
}

async function* chain(first: string, rest: AsyncIterable<string>): AsyncIterable<string> {
  yield first;
  yield* rest;
}

async function* jsonRecords(path: string, chunks: AsyncIterable<string>): AsyncIterable<SourceRecord> {
  let text = '';
  let line = 0;
  for await (const chunk of chunks) {
    const lines = (text + chunk).split('\n');
    text = lines.pop() ?? '';
    for (const one of lines) {
      line += 1;
      if (one.trim() !== '') yield parseLine(path, one, line);
    }
  }
  if (text.trim() !== '') yield parseLine(path, text, line + 1);
}

function parseLine(path: string, text: string, line: number): SourceRecord {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new CliError('CLI_FILE_UNREADABLE', `Cannot read ${path}: line ${line} is not JSON`, { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new CliError('CLI_FILE_UNREADABLE', `Cannot read ${path}: line ${line} is not a JSON object`);
  }
  return { values: new Map(Object.entries(value)), line };
}

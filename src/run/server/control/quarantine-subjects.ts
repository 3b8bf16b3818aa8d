import { join } from 'node:path';
import { decodeUtf8 } from '#base/core/index.ts';
import type { Micros } from '#base/core/index.ts';
import { readQuarantine } from '#flow/ingest/index.ts';
import { FileJournalReader, FileJournalWriter, nodeFiles } from '#flow/journal/index.ts';
import type { JournalFileInfo, QuarantinedReading } from '#flow/journal/index.ts';
import type { KeyRing } from '#trust/keys/index.ts';
import { ServerError } from '../errors.ts';

/** What a person is called in a member of the readings of a stream. */
export interface QuarantinedSubject {
  readonly stream: string;
  readonly column: string;
  readonly values: readonly (string | number)[];
}

export interface QuarantineSubjectsParts {
  readonly directory: string;
  readonly keys: Pick<KeyRing, 'openFileKey' | 'newFileKeys' | 'removeFileKeys'>;
}

const ACTOR = 'weir:control';
/** Sorts before every start of a gateway: a file of it is at once one that nobody adds to. */
const NO_START = '0';
/** A folder apart from those of the gateway's workers: what lies behind a file that is written to is read after it only. */
const OWN_WORKER = 126;
const NO_LIMIT = 2 ** 40;
/** Readings of one record of a file that is written anew. */
const BATCH = 256;

/** How many refused readings that are kept as evidence are about a person. */
export async function countQuarantined(
  subject: readonly QuarantinedSubject[],
  parts: QuarantineSubjectsParts,
): Promise<number> {
  const files = await filesAbout(subject, readerOf(parts));
  return [...files.values()].reduce((sum, count) => sum + count, 0);
}

/**
 * Takes the evidence about a person out of quarantine: each file that has some is written anew without it under a fresh key,
 * and goes with its own. Interrupted, a file may stand twice until this is done again.
 *
 * @returns how many readings went
 * @throws {ServerError} SERVER_ERASURE_INCOMPLETE where a file is still written to
 */
export async function eraseQuarantined(
  subject: readonly QuarantinedSubject[],
  parts: QuarantineSubjectsParts,
): Promise<number> {
  const reader = readerOf(parts);
  const files = await reader.files();
  let erased = 0;
  for (const [fileId, count] of await filesAbout(subject, reader)) {
    const file = files.find((each) => each.fileId === fileId);
    if (file === undefined) continue;
    if (!file.finished) {
      throw new ServerError('SERVER_ERASURE_INCOMPLETE', `Cannot erase from quarantine: ${fileId} is still written to`);
    }
    await writeAnew(file, files, subject, reader, parts);
    await parts.keys.removeFileKeys(ACTOR, [fileId]);
    await nodeFiles.remove(file.path);
    erased += count;
  }
  return erased;
}

async function writeAnew(
  file: JournalFileInfo,
  files: readonly JournalFileInfo[],
  subject: readonly QuarantinedSubject[],
  reader: FileJournalReader,
  { directory, keys }: QuarantineSubjectsParts,
): Promise<void> {
  const others = files.filter(({ fileId }) => fileId !== file.fileId);
  const cursor = new Map(others.map(({ fileId }) => [fileId, Number.MAX_SAFE_INTEGER]));
  const kept: QuarantinedReading[] = [];
  for await (const { record } of reader.read(cursor)) {
    if (record.kind === 'quarantined') kept.push(...record.readings.filter((reading) => !isAbout(reading, subject)));
  }
  if (kept.length === 0) return;
  const [key] = await keys.newFileKeys(ACTOR, 'quarantine', 1);
  if (key === undefined) throw new TypeError('no key for a file was made');
  const writer = await FileJournalWriter.open({
    directory: join(directory, `w${OWN_WORKER}`),
    kind: 'quarantine',
    worker: OWN_WORKER,
    start: NO_START,
    keys: { next: () => key },
    // It goes when the one that it stands for would have gone.
    clock: { now: () => file.created as Micros, monotonicMs: () => 0 },
    files: nodeFiles,
    maxBytes: NO_LIMIT,
    maxAgeMs: NO_LIMIT,
  });
  for (let at = 0; at < kept.length; at += BATCH) {
    await writer.append([{ kind: 'quarantined', readings: kept.slice(at, at + BATCH) }]);
  }
  await writer.close();
}

/** How many readings about a person each file has, those that have none left out. */
async function filesAbout(
  subject: readonly QuarantinedSubject[],
  reader: FileJournalReader,
): Promise<ReadonlyMap<string, number>> {
  const files = new Map<string, number>();
  if (subject.length === 0) return files;
  for await (const { id, reading } of readQuarantine(reader)) {
    if (!isAbout(reading, subject)) continue;
    const file = id.slice(0, id.indexOf('/'));
    files.set(file, (files.get(file) ?? 0) + 1);
  }
  return files;
}

/** Evidence is JSON that ingest made of declared members; identifiers are tokens in it, of whatever type they came in. */
function isAbout({ stream, payload }: QuarantinedReading, subject: readonly QuarantinedSubject[]): boolean {
  const named = subject.filter((each) => each.stream === stream);
  if (named.length === 0 || payload.length === 0) return false;
  const members = JSON.parse(decodeUtf8(payload)) as Readonly<Record<string, unknown>>;
  return named.some(({ column, values }) => {
    const value = Object.hasOwn(members, column) ? members[column] : undefined;
    return values.some((wanted) => value === wanted || (typeof value === 'string' && value === String(wanted)));
  });
}

function readerOf({ directory, keys }: QuarantineSubjectsParts): FileJournalReader {
  const key = (fileId: string) => keys.openFileKey({ actor: ACTOR, resource: `quarantine:${fileId}` }, fileId);
  return new FileJournalReader({ directory, keys: { key } });
}

import { join } from 'node:path';
import type { Micros } from '#base/core/index.ts';
import { readQuarantine } from '#flow/ingest/index.ts';
import { FileJournalReader, FileJournalWriter, nodeFiles } from '#flow/journal/index.ts';
import type { JournalFileInfo, QuarantinedReading } from '#flow/journal/index.ts';
import type { KeyRing } from '#trust/keys/index.ts';
import { ServerError } from '../errors.ts';

export interface QuarantineFilesParts {
  readonly directory: string;
  readonly keys: Pick<KeyRing, 'openFileKey' | 'newFileKeys' | 'removeFileKeys'>;
}

/** Whether a refused reading that was kept as evidence is one of those that are looked for. */
export type IsMeant = (reading: QuarantinedReading) => boolean;

const ACTOR = 'weir:control';
/** Sorts before every start of a gateway: a file of it is at once one that nobody adds to. */
const NO_START = '0';
/** A folder apart from those of the gateway's workers: what lies behind a file that is written to is read after it only. */
const OWN_WORKER = 126;
const NO_LIMIT = 2 ** 40;
/** Readings of one record of a file that is written anew. */
const BATCH = 256;

/** How many of them quarantine has, and whether some are in a file that is still written to. */
export async function countIn(
  isMeant: IsMeant,
  parts: QuarantineFilesParts,
): Promise<{ readonly found: number; readonly live: boolean }> {
  const reader = readerOf(parts);
  const live = new Set((await reader.files()).filter(({ finished }) => !finished).map(({ fileId }) => fileId));
  const files = await filesWith(isMeant, reader);
  const found = files.values().reduce((sum, count) => sum + count, 0);
  return { found, live: files.keys().some((fileId) => live.has(fileId)) };
}

/**
 * Takes readings out of quarantine: each file that has some is written anew without them under a fresh key, and goes
 * with its own. Interrupted, a file may stand twice until this is done again.
 *
 * @returns how many readings went
 * @throws {ServerError} SERVER_ERASURE_INCOMPLETE where a file is still written to
 */
export async function rewriteWithout(isMeant: IsMeant, parts: QuarantineFilesParts): Promise<number> {
  const reader = readerOf(parts);
  const files = await reader.files();
  let erased = 0;
  for (const [fileId, count] of await filesWith(isMeant, reader)) {
    const file = files.find((each) => each.fileId === fileId);
    if (file === undefined) continue;
    if (!file.finished) {
      throw new ServerError('SERVER_ERASURE_INCOMPLETE', `Cannot erase from quarantine: ${fileId} is still written to`);
    }
    await writeAnew(file, files, isMeant, reader, parts);
    await parts.keys.removeFileKeys(ACTOR, [fileId]);
    await nodeFiles.remove(file.path);
    erased += count;
  }
  return erased;
}

async function writeAnew(
  file: JournalFileInfo,
  files: readonly JournalFileInfo[],
  isMeant: IsMeant,
  reader: FileJournalReader,
  { directory, keys }: QuarantineFilesParts,
): Promise<void> {
  const others = files.filter(({ fileId }) => fileId !== file.fileId);
  const cursor = new Map(others.map(({ fileId }) => [fileId, Number.MAX_SAFE_INTEGER]));
  const kept: QuarantinedReading[] = [];
  for await (const { record } of reader.read(cursor)) {
    if (record.kind === 'quarantined') kept.push(...record.readings.filter((reading) => !isMeant(reading)));
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

/** How many of them each file has, those that have none left out. */
async function filesWith(isMeant: IsMeant, reader: FileJournalReader): Promise<ReadonlyMap<string, number>> {
  const files = new Map<string, number>();
  for await (const { id, reading } of readQuarantine(reader)) {
    if (!isMeant(reading)) continue;
    const file = id.slice(0, id.indexOf('/'));
    files.set(file, (files.get(file) ?? 0) + 1);
  }
  return files;
}

function readerOf({ directory, keys }: QuarantineFilesParts): FileJournalReader {
  const key = (fileId: string) => keys.openFileKey({ actor: ACTOR, resource: `quarantine:${fileId}` }, fileId);
  return new FileJournalReader({ directory, keys: { key } });
}

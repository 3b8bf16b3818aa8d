import type { Clock, Log } from '#base/core/index.ts';
import { TokenKey } from '#base/crypto/index.ts';
import type { Template } from '#declare/template/index.ts';
import {
  decodeWindowRecord,
  isSameLayout,
  standingRecords,
  WindowKeeper,
  windowLayoutOf,
  windowRecord,
  windowStart,
} from '#flow/ingest/index.ts';
import type { RefusedSubjects, SeenSeqs, WindowLayout, WindowRecord, WindowStates } from '#flow/ingest/index.ts';
import { FileJournalReader, FileJournalWriter, nodeFiles } from '#flow/journal/index.ts';
import type { DeviceTable } from '#trust/identity/index.ts';
import type {
  JournalDamage,
  JournalFiles,
  JournalKeyRing,
  JournalKeySource,
  JournalRecord,
} from '#flow/journal/index.ts';

/** What the keeper of windows is opened with. */
export interface WindowHostParts {
  /** Folder of its files. */
  readonly folder: string;
  /** Id of this process start. */
  readonly start: string;
  readonly keys: JournalKeySource;
  /** Keys of files of earlier starts. */
  readonly ring: JournalKeyRing;
  /** Makes the keys of files unfindable that are gone. */
  readonly forget: (files: readonly string[]) => Promise<void>;
  /** Said again at the beginning of each file, so that those before it can go. */
  readonly opening: () => readonly JournalRecord[];
  readonly write: (closed: readonly WindowStates[], at: number) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
  readonly files?: JournalFiles;
}

/** Windows of the streams that are aggregated at the door, over restarts of the gateway. */
export interface WindowHost {
  readonly keeper: WindowKeeper;
  close(): Promise<void>;
}

/** What earlier starts left of windows. */
export interface LeftWindows {
  readonly files: readonly string[];
  readonly states: readonly WindowStates[];
  readonly seqs: readonly SeenSeqs[];
  /** Records of the journal's own kinds that stand among them. */
  readonly others: readonly JournalRecord[];
}

const WORKER = 0;
const FILE_BYTES = 64 * 1_048_576;
/** What was said of windows that are written stays on disk so long at most, and a little. */
const FILE_AGE_MS = 60_000;

/**
 * Reads what earlier starts left of windows.
 *
 * @param onDamaged hears of a file that cannot be read to its end: what is in the rest of it stands nowhere else. One
 *   whose key an older catalogue does not have stays, for a newer one to be put back
 */
export async function readWindows(
  folder: string,
  ring: JournalKeyRing,
  onDamaged: (damage: JournalDamage) => void,
): Promise<LeftWindows> {
  const unread = new Set<string>();
  const reader = new FileJournalReader({
    directory: folder,
    keys: ring,
    writersGone: true,
    onDamaged: (damage) => {
      if (damage.reason === 'JOURNAL_KEY_UNKNOWN') unread.add(damage.file);
      onDamaged(damage);
    },
  });
  const byFile = new Map<string, WindowRecord[]>();
  const others: JournalRecord[] = [];
  for await (const { record, position } of reader.read(new Map())) {
    const known = record.kind === 'batch' ? decodeWindowRecord(record.batch) : null;
    if (known === null) others.push(record);
    else byFile.set(position.file, [...(byFile.get(position.file) ?? []), known]);
  }
  const standing = standingRecords([...byFile].map(([file, records]) => ({ file, records })));
  return {
    files: (await reader.files()).map(({ fileId }) => fileId).filter((file) => !unread.has(file)),
    states: standing.flatMap((record) => (record.kind === 'states' ? [record.states] : [])),
    seqs: standing.flatMap((record) => (record.kind === 'seqs' ? [record.seqs] : [])),
    others,
  };
}

/** Opens the keeper with what was left; its first file, which says all of it again, is durable when this returns. */
export async function openWindowHost(parts: WindowHostParts, left: LeftWindows): Promise<WindowHost> {
  const { clock, log, files = nodeFiles } = parts;
  let writer: FileJournalWriter | null = null;
  const journal = (): FileJournalWriter => {
    if (writer === null) throw new TypeError('the files of windows are not open yet');
    return writer;
  };
  const path = (fileId: string): string => `${parts.folder}/w${WORKER}/${fileId}.journal`;
  const keeper = new WindowKeeper(
    {
      journal: { append: (records) => journal().append(records), turn: () => journal().turn() },
      clock,
      write: (closed) => parts.write(closed, clock.now()),
      remove: async (gone) => {
        for (const file of gone) await files.remove(path(file));
        if (gone.length > 0) await parts.forget(gone);
      },
      onFailed: (what, error) => log.warn({ error: String(error) }, what),
    },
    left.files,
  );
  keeper.recover(left.states);
  writer = await FileJournalWriter.open({
    worker: WORKER,
    start: parts.start,
    clock,
    files,
    directory: `${parts.folder}/w${WORKER}`,
    keys: parts.keys,
    maxBytes: FILE_BYTES,
    maxAgeMs: FILE_AGE_MS,
    opening: () => [...parts.opening(), ...keeper.opening()],
  });
  await keeper.begun((await writer.append([])).file);
  return { keeper, close: () => journal().close() };
}

/** The layouts of a template's windows. @param since by stream; see `WindowLayout` */
export function windowLayouts(template: Template, since: ReadonlyMap<string, number>): readonly WindowLayout[] {
  return [...template.streams.values()].flatMap((stream) => windowLayoutOf(stream, since.get(stream.name)) ?? []);
}

/**
 * From when on each stream takes readings for the windows of a template: from now on where others are open or were in
 * force, or where a row is written of the window that is open now, so that no window has the name of another.
 *
 * @param written `seq` of the newest row of a stream's windows; -1 where there is none
 */
export function windowsSince(
  template: Template,
  before: readonly WindowLayout[],
  now: number,
  written: (stream: string) => number,
): ReadonlyMap<string, number> {
  // Whole seconds, as windows are named by theirs: the next one is in no older window.
  const next = Math.ceil(now / 1_000_000) * 1_000_000;
  return new Map(
    windowLayouts(template, new Map()).flatMap((layout): [string, number][] => {
      const older = before.filter(({ stream }) => stream === layout.stream);
      const same = older.filter((each) => isSameLayout(each, layout));
      if (same.length < older.length) return [[layout.stream, next]];
      if (same.length > 0) return [[layout.stream, Math.max(...same.map(({ since }) => since))]];
      return written(layout.stream) * 1_000_000 >= windowStart(now, layout) ? [[layout.stream, next]] : [];
    }),
  );
}

/** `seq` of the newest row of a stream's windows over all devices; -1 where there is none. */
export function newestWritten(table: DeviceTable, stream: string): number {
  const column = table.streamIndex(windowRecord(stream));
  let newest = -1;
  for (let device = 0; column !== -1 && device < table.size.devices; device++) {
    const record = table.existingRecord(device, column);
    if (record !== -1) newest = Math.max(newest, table.maxSeq(record) ?? -1);
  }
  return newest;
}

/**
 * Says of windows whether they may stay when nothing is taken of some persons any more.
 *
 * @param digests makes what is looked for of values that are stored as they are
 */
export function windowsKept(
  refused: readonly RefusedSubjects[],
  subjectKey: Uint8Array,
): (stream: string, by: Readonly<Record<string, string | number | null>>) => boolean {
  const digests = TokenKey.fromBytes(subjectKey, 1);
  return (stream, by) =>
    !refused.some((each) => {
      const value = each.stream === stream ? (by[each.field] ?? null) : null;
      if (value === null) return false;
      // Tokens as they are; other values by their digests.
      const digest = typeof value === 'string' ? digests.text(value) : digests.integer(value);
      return each.values.includes(value) || each.values.includes(digest);
    });
}

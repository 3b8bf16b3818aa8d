import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { formatMicros, hasCode, micros, PROBER_STREAMS } from '#base/core/index.ts';
import type { AuditSink } from '#base/core/index.ts';
import { FileJournalReader, nodeFiles } from '#flow/journal/index.ts';
import type { JournalDamage } from '#flow/journal/index.ts';
import type { Hold } from '#flow/store/index.ts';
import { ServerError } from '../errors.ts';
import type { SubjectGate } from '../rights/subject-gate.ts';
import type { StoreHost } from '../store/host.ts';
import type { SegmentHost } from './segment-host.ts';

/** Action of the entry by which the log knows of a file that was discarded. */
export const DISCARDED = 'discard-journal';

export interface UnreadJournalParts {
  /** Folder of the journal. */
  readonly directory: string;
  readonly store: () => Pick<StoreHost, 'damages' | 'flush' | 'releaseFiles' | 'forgetDamage'>;
  readonly gateway: () => Pick<SubjectGate, 'turnFiles'>;
  readonly segments: Pick<SegmentHost, 'forgetFiles'>;
  /** Holds that stand. */
  readonly holds: () => readonly Hold[];
  readonly audit: AuditSink;
}

/** A journal file that cannot be read to its end. */
export interface UnreadFile {
  readonly file: string;
  readonly reason: JournalDamage['reason'];
  /** What stands before this byte was read, and is stored. */
  readonly offset: number;
  /** Bytes from there on, room that was made ahead included. */
  readonly bytes: number;
  /** When it was begun (epoch microseconds), as its header says; null where that is what cannot be read. */
  readonly begun: number | null;
}

/**
 * Journal files that the store cannot read to their end, damaged ones and those whose key is missing: they are kept for
 * whoever can mend them, or has the key, and keep every erasure waiting; so somebody can decide that nobody will.
 */
export class UnreadJournal {
  readonly #parts: UnreadJournalParts;

  constructor(parts: UnreadJournalParts) {
    this.#parts = parts;
  }

  async list(): Promise<readonly UnreadFile[]> {
    return (await this.#found()).map(({ unread }) => unread);
  }

  /**
   * Deletes a file, and its key where there is one. What could be read of it is stored before, and that it went is logged.
   *
   * @throws {ServerError} SERVER_JOURNAL_UNKNOWN, SERVER_JOURNAL_HELD
   */
  async discard(actor: string, file: string): Promise<UnreadFile> {
    const { store, gateway, segments, audit } = this.#parts;
    if (!(await this.#found()).some(({ unread }) => unread.file === file)) throw unknown(file);
    this.#requireUnheld(file);
    // Whoever writes it goes on in another one.
    await gateway().turnFiles();
    await store().flush();
    await store().releaseFiles();
    const found = (await this.#found()).find(({ unread }) => unread.file === file);
    if (found === undefined) throw unknown(file);
    const { path, unread } = found;
    const { reason, offset, bytes, begun } = unread;
    await audit.append({
      actor,
      action: DISCARDED,
      resource: `journal:${file}`,
      outcome: 'done',
      reason,
      detail: { offset, bytes, ...(begun === null ? {} : { begun: formatMicros(micros(begun)) }) },
    });
    await nodeFiles.remove(path);
    await segments.forgetFiles([file]);
    store().forgetDamage(file);
    return unread;
  }

  /** What is in it nobody knows, so whatever is held may be. */
  #requireUnheld(file: string): void {
    const hold = this.#parts.holds().find(({ stream }) => !PROBER_STREAMS.includes(stream));
    if (hold === undefined) return;
    throw new ServerError(
      'SERVER_JOURNAL_HELD',
      `Cannot discard journal file ${file}: it may have readings of ${hold.stream}, which are held for «${hold.reason}» by ${hold.owner} (hold ${hold.id})`,
      { hint: 'See the holds with `npm run -s weir -- retention holds`' },
    );
  }

  async #found(): Promise<readonly { readonly path: string; readonly unread: UnreadFile }[]> {
    const { directory, store } = this.#parts;
    const { damages } = store();
    if (damages.length === 0) return [];
    const paths = await pathsIn(directory);
    // Only looked at: its keys are not needed, and a header that is damaged is no reason to see nothing.
    const reader = new FileJournalReader({ directory, keys: { key: () => null }, onDamaged: () => undefined });
    const begun = new Map((await reader.files()).map(({ fileId, created }) => [fileId, created]));
    const found: { readonly path: string; readonly unread: UnreadFile }[] = [];
    for (const { file, reason, offset } of damages) {
      const path = paths.get(file);
      const size = path === undefined ? null : await sizeOf(path);
      if (path === undefined || size === null) continue;
      const bytes = Math.max(0, size - offset);
      found.push({ path, unread: { file, reason, offset, bytes, begun: begun.get(file) ?? null } });
    }
    return found;
  }
}

/** Files of all workers, by id. */
async function pathsIn(directory: string): Promise<ReadonlyMap<string, string>> {
  const names = await readdir(directory, { recursive: true });
  return new Map(
    names.flatMap((name) => {
      const file = /^w\d{1,4}\/([a-z0-9-]{1,64})\.journal$/.exec(name)?.[1];
      return file === undefined ? [] : [[file, join(directory, name)] as const];
    }),
  );
}

/** Null where it is gone. */
async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}

function unknown(file: string): ServerError {
  return new ServerError(
    'SERVER_JOURNAL_UNKNOWN',
    `Cannot discard journal file ${file.slice(0, 64)}: it is not one that cannot be read`,
    { hint: 'See those there are with `npm run -s weir -- journal unread`' },
  );
}

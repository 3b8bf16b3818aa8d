import { open, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Log } from '#base/core/index.ts';
import { AuditError } from './errors.ts';
import { decodeQueueFile, parseQueueFileName } from './queue-file.ts';

/** What the queue's folder holds beyond the entries that are in the tree already. */
export interface RecoveredQueue {
  /** Entries from `integrated` on, without a gap. */
  readonly entries: readonly Uint8Array[];
  /** Indexes that the files begin with, rising. */
  readonly files: readonly number[];
}

/**
 * Reads the queue after a start: cuts the torn tail of the last write, and finds what the tree does not hold yet.
 *
 * @param integrated number of entries that the newest checkpoint commits to
 * @throws {AuditError} AUDIT_LOG_CORRUPT if entries are missing between the tree and the queue or within the queue
 */
export async function recoverQueue(folder: string, integrated: number, log: Log): Promise<RecoveredQueue> {
  const names = (await readdir(folder)).filter((name) => parseQueueFileName(name) !== null).sort();
  const entries: Uint8Array[] = [];
  const files: number[] = [];
  for (const name of names) {
    const first = parseQueueFileName(name) ?? 0;
    const file = path.join(folder, name);
    const bytes = new Uint8Array(await readFile(file));
    const content = decodeQueueFile(bytes, first);
    const validLength = content?.validLength ?? 0;
    if (validLength < bytes.length) await cutTail(file, validLength, bytes.length, log);
    files.push(first);
    const next = integrated + entries.length;
    if (first > next) throw gap(next, first);
    // A later file begins where an earlier one was given up: what that one holds beyond was never acknowledged.
    entries.length = Math.max(0, first - integrated);
    if (content !== null) entries.push(...content.entries.slice(integrated + entries.length - first));
  }
  return { entries, files };
}

async function cutTail(file: string, validLength: number, length: number, log: Log): Promise<void> {
  await using handle = await open(file, 'r+');
  await handle.truncate(validLength);
  await handle.datasync();
  log.warn({ file: path.basename(file), cut: length - validLength }, 'cut the torn tail of the audit queue');
}

function gap(next: number, first: number): AuditError {
  return new AuditError(
    'AUDIT_LOG_CORRUPT',
    `Cannot open audit log: entries ${next} to ${first - 1} are in neither tree nor queue`,
    {
      hint: 'Restore the log’s directory whole, or verify it against a kept checkpoint with weir audit verify',
    },
  );
}

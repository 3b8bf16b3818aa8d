import { SEQ } from './device-table.ts';
import type { DeviceTable } from './device-table.ts';

/** The window of one device and stream as it is kept across restarts. */
export interface SeqWindow {
  /** Row of the device. */
  readonly device: number;
  readonly stream: string;
  /** Highest `seq`. */
  readonly max: number;
  /** Every `seq` up to it is a replay. */
  readonly floor: number;
  /** Content hashes of the newest, by how far they lie below `max`; 0 where that `seq` has not come. */
  readonly hashes: Int32Array;
}

/** The windows of a table and the key of their hashes. */
export interface WindowSnapshot {
  readonly hashKey: readonly [number, number];
  readonly windows: readonly SeqWindow[];
}

/** How many hashes of each window a snapshot keeps: what a device can have under way when the platform stops. */
const DEPTH = 32;

/**
 * The windows of all devices, so that the files they were built from can go. What is not durable yet is left out:
 * its own batch follows the snapshot in the journal.
 */
export function snapshotWindows(table: DeviceTable): WindowSnapshot {
  const windows: SeqWindow[] = [];
  const streams = table.streamNames();
  for (let device = 0; device < table.size.devices; device++) {
    if (table.flags(device) === 0) continue;
    for (const [index, stream] of streams.entries()) {
      const record = table.existingRecord(device, index);
      if (record === -1) continue;
      table.lock(record);
      const window = windowOf(table, record);
      table.unlock(record);
      if (window !== null) windows.push({ device, stream, ...window });
    }
  }
  return { hashKey: table.hashKey, windows };
}

function windowOf(table: DeviceTable, record: number): Pick<SeqWindow, 'max' | 'floor' | 'hashes'> | null {
  let max = table.maxSeq(record);
  const floor = table.floor(record);
  const least = max === null ? 0 : Math.max(floor, max - table.size.window);
  // Below readings that wait for their group lies the newest that is durable.
  while (max !== null && max > least && table.settledHash(record, max) === 0) max--;
  if (max === null || max < 0) return null;
  const depth = Math.max(0, Math.min(DEPTH, max - least));
  const hashes = Int32Array.from({ length: depth }, (_, back) => table.settledHash(record, max - back));
  return { max, floor: Math.max(floor, max - DEPTH), hashes };
}

/**
 * Puts a snapshot into a table, and takes nothing away of what is there: of a device that went from one worker to another
 * each knows a part, and either may be read first.
 *
 * Under another key the hashes say nothing: then every `seq` up to the highest counts as a replay.
 */
export function restoreWindows(table: DeviceTable, snapshot: WindowSnapshot): void {
  const [a, b] = table.hashKey;
  const sameKey = snapshot.hashKey[0] === a && snapshot.hashKey[1] === b;
  for (const { device, stream, max, floor, hashes } of snapshot.windows) {
    const index = table.streamIndex(stream);
    const record = index === -1 || device >= table.size.devices ? -1 : table.record(device, index);
    if (record === -1) continue;
    table.lock(record);
    for (let back = hashes.length - 1; back > 0; back--) restoreSeq(table, record, max - back, hashes[back]!);
    // The highest is always recorded, by a hash that nothing has where its own is not known.
    restoreSeq(table, record, max, hashes[0] || 1);
    table.raiseFloor(record, sameKey ? floor : max);
    table.unlock(record);
  }
}

function restoreSeq(table: DeviceTable, record: number, seq: number, hash: number): void {
  if (hash !== 0 && seq >= 0 && table.judgeSeq(record, seq, hash, 0) === SEQ.fresh) {
    table.recordSeq(record, seq, hash, 0);
  }
}

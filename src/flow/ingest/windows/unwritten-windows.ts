import type { DeviceTable } from '#trust/identity/index.ts';
import { isRefused } from '../checks/subjects.ts';
import type { SubjectGuard } from '../checks/subjects.ts';
import type { CommitGroups } from '../commit-groups.ts';
import { windowRecord, windowSeq } from './window-layout.ts';
import { WindowSlots } from './window-slots.ts';
import type { ByValues, WindowStates } from './window-slots.ts';

export interface UnwrittenParts {
  readonly table: DeviceTable;
  readonly groups: Pick<CommitGroups, 'mark' | 'pending'>;
  /** Null where the inventory has the device no more. */
  readonly deviceIndex: (name: string) => number | null;
  /** Persons of whom nothing is taken, by stream. */
  readonly guards: (stream: string) => readonly SubjectGuard[] | null;
}

/** Any: a window is known by its device and beginning alone. */
const HASH = 1;

/**
 * Of closed windows those that no row was written of, and notes that the open group writes them. Windows of a device
 * are closed in the order of their beginnings, so each is new that begins later than all that are written; those of one
 * call are judged together, for a window has a row for each combination of what it is told apart by.
 */
export function unwrittenWindows(windows: readonly WindowStates[], parts: UnwrittenParts): readonly WindowStates[] {
  const { table } = parts;
  const written = new Map<number, number>();
  const recordOf = (device: string, stream: string): number => {
    const index = parts.deviceIndex(device);
    const column = table.streamIndex(windowRecord(stream));
    return index === null || column === -1 ? -1 : table.record(index, column);
  };
  const isNew = (record: number, seq: number): boolean => {
    if (record === -1) return true;
    if (!written.has(record)) written.set(record, table.maxSeq(record) ?? -1);
    return seq > written.get(record)!;
  };
  const unwritten = windows.map((states) => {
    const { stream } = states.layout;
    const guards = parts.guards(stream);
    const slots = new WindowSlots(states.layout);
    slots.merge(states);
    return slots.states(
      states.template,
      (device, start, by) =>
        isNew(recordOf(device, stream), windowSeq(start)) &&
        (guards === null ||
          !isAbout(
            states.layout.by.map(({ name }) => name),
            by,
            guards,
          )),
    );
  });
  const noted = new Map<number, Set<number>>();
  for (const { layout, devices, starts } of unwritten) {
    for (const [i, device] of devices.entries()) {
      const record = recordOf(device, layout.stream);
      if (record === -1) continue;
      const seqs = noted.get(record) ?? new Set();
      noted.set(record, seqs.add(windowSeq(starts[i]!)));
    }
  }
  for (const [record, seqs] of noted)
    note(
      parts,
      record,
      [...seqs].sort((a, b) => a - b),
    );
  return unwritten.filter(({ devices }) => devices.length > 0);
}

function note({ table, groups }: UnwrittenParts, record: number, seqs: readonly number[]): void {
  table.lock(record);
  for (const seq of seqs) groups.pending.add(record, seq, table.recordSeq(record, seq, HASH, groups.mark));
  table.unlock(record);
}

function isAbout(names: readonly string[], by: ByValues, guards: readonly SubjectGuard[]): boolean {
  return guards.some((guard) => {
    const value = by[names.indexOf(guard.field)] ?? null;
    return value !== null && isRefused(value, guard);
  });
}

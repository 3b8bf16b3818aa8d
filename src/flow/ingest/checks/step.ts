import type { DeviceTable } from '#trust/identity/index.ts';
import { REASON } from '../reasons.ts';
import { CELL } from '../row.ts';
import type { Row } from '../row.ts';

/** Readings closer together than this count as this far apart: many devices give whole seconds. */
const LEAST_SECONDS = 1;

/**
 * Whether each stepped value changed no faster than declared since the device's last one, earlier or later in time.
 * The record is locked by the caller.
 *
 * @param time of the reading in epoch microseconds
 */
export function checkStep(table: DeviceTable, record: number, row: Row, time: number): number {
  const { steps, fields } = row.rules;
  for (let i = 0; i < steps.length; i++) {
    const at = steps[i]!;
    const field = fields[at]!;
    const last = table.lastValue(record, field.stepped);
    if (row.cells[at] !== CELL.present || Number.isNaN(last)) continue;
    const elapsed = Math.abs(time - table.lastValueTime(record, field.stepped)) / 1e6;
    const allowed = field.stepPerSecond * (elapsed < LEAST_SECONDS ? LEAST_SECONDS : elapsed);
    // The last one was put on its grid, half a step of it away at most.
    if (Math.abs(row.numbers[at]! - last) > allowed + field.grid / 2) {
      row.place = field.name;
      return REASON.step.number;
    }
  }
  return REASON.admitted.number;
}

/** Remembers the stepped values of an admitted reading, unless a later one was there already. */
export function noteSteps(table: DeviceTable, record: number, row: Row, time: number): void {
  const { steps, fields } = row.rules;
  for (let i = 0; i < steps.length; i++) {
    const at = steps[i]!;
    const stepped = fields[at]!.stepped;
    if (row.cells[at] !== CELL.present || table.lastValueTime(record, stepped) > time) continue;
    table.setLastValue(record, stepped, row.numbers[at]!, time);
  }
}

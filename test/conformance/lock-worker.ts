import { workerData } from 'node:worker_threads';
import { DeviceTable } from '#trust/identity/index.ts';

// Counts up one last value of a device table many times, in steps that only the record's lock keeps whole.
const { buffer, record, times } = workerData as { buffer: SharedArrayBuffer; record: number; times: number };
const table = DeviceTable.attach(buffer);
for (let i = 0; i < times; i++) {
  table.lock(record);
  const value = table.lastValue(record, 0);
  table.setLastValue(record, 0, (Number.isNaN(value) ? 0 : value) + 1, 0);
  table.unlock(record);
}

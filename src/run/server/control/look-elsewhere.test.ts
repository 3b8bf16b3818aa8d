import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import type { Erasure } from '#flow/store/index.ts';
import { lookElsewhere } from './look-elsewhere.ts';

const GONE = [{ segment: 'a', stream: 's', keptFrom: 100 }] as unknown as readonly Erasure[];
const dataset = (oldest: number, segment: string) =>
  ({ oldest: { s: micros(oldest) }, segments: [{ id: segment }] }) as never;

test('lookElsewhere() finds files of the journal and datasets that may still have what went', async () => {
  const look = (created: readonly number[], datasets: readonly never[]) =>
    lookElsewhere(GONE, {
      journalFiles: async () => created.map((each) => ({ created: each })),
      datasets: { active: async () => datasets },
    });
  assert.deepEqual(await look([100, 150], [dataset(99, 'b'), dataset(100, 'a')]), [
    { where: 'journal', found: 0 },
    { where: 'datasets', found: 0 },
  ]);
  assert.deepEqual(await look([99], [dataset(99, 'a')]), [
    { where: 'journal', found: 1 },
    { where: 'datasets', found: 1 },
  ]);
});

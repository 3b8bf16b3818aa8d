import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import type { Erasure } from '#flow/store/index.ts';
import { lookElsewhere } from './look-elsewhere.ts';

const GONE = [{ segment: 'a', stream: 's', keptFrom: 100 }] as unknown as readonly Erasure[];
const dataset = (oldest: number, segment: string) =>
  ({ oldest: { s: micros(oldest) }, segments: [{ id: segment }] }) as never;

test('lookElsewhere() finds each place that may still have what went', async () => {
  const asked: unknown[] = [];
  const look = (created: readonly number[], datasets: readonly never[], refused = 0, held = 0) =>
    lookElsewhere(GONE, {
      journalFiles: async () => created.map((each) => ({ created: each })),
      datasets: { active: async () => datasets },
      quarantine: {
        letGo: async (before) => {
          asked.push([...before]);
          return 0;
        },
        count: async () => refused,
      },
      heldInQueries: async (segments) => {
        asked.push(segments);
        return held;
      },
    });
  assert.deepEqual(await look([100, 150], [dataset(99, 'b'), dataset(100, 'a')]), [
    { where: 'journal', found: 0 },
    { where: 'datasets', found: 0 },
    { where: 'quarantine', found: 0 },
    { where: 'query processes', found: 0 },
  ]);
  assert.deepEqual(asked, [[['s', 100]], ['a']]);
  assert.deepEqual(await look([99], [dataset(99, 'a')], 2, 1), [
    { where: 'journal', found: 1 },
    { where: 'datasets', found: 1 },
    { where: 'quarantine', found: 2 },
    { where: 'query processes', found: 1 },
  ]);
});

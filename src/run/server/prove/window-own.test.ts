import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json } from '#base/core/index.ts';
import { windowOwn } from './window-own.ts';
import type { WindowOwnParts } from './window-own.ts';

type Reading = Readonly<{ mark: string; value: number; note: string }>;
type Row = Readonly<Record<string, Json>>;

/** A platform that folds what it takes into one row, which is there at the second question. */
function platform(store: (taken: readonly Reading[]) => readonly Row[], more: Partial<WindowOwnParts> = {}) {
  const taken: Reading[] = [];
  let asked = 0;
  let state = 7;
  let made = 0;
  const parts: WindowOwnParts = {
    publish: async (_topic, payloads) =>
      payloads.map((payload) => {
        const reading = JSON.parse(payload) as Reading;
        if (reading.value > 100) return { code: 0x83, text: 'range' };
        taken.push(reading);
        return { code: 0, text: null };
      }),
    query: async () => (asked++ === 0 ? [] : store(taken)),
    canary: () => `canary-${made++}`,
    search: async () => 0,
    random: () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647,
    nowMs: () => 1_000,
    isOpen: () => true,
    within: async (ask) => ask(),
    ...more,
  };
  return windowOwn(parts);
}

function fold(taken: readonly Reading[]): Row {
  const values = taken.map(({ value }) => value);
  return {
    value_mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    value_min: Math.min(...values),
    value_max: Math.max(...values),
    value_count: String(values.length),
  };
}

const SOUND = { acknowledged: 20, refused: 1, early: 0, rows: 1, right: true, found: 0 };

test('windowOwn() sees one row of what it sent, after its window', async () => {
  assert.deepEqual(await platform((taken) => [fold(taken)]), SOUND);
});

test('windowOwn() sees what is wrong', async () => {
  const cases: readonly (readonly [string, Promise<object>, object])[] = [
    ['no row', platform(() => []), { rows: 0, right: false }],
    ['two rows', platform((taken) => [fold(taken), fold(taken)]), { rows: 2 }],
    ['a wrong mean', platform((taken) => [{ ...fold(taken), value_mean: 0 }]), { right: false }],
    ['a reading lost', platform((taken) => [fold(taken.slice(1))]), { right: false }],
    ['a text stored', platform((taken) => [{ ...fold(taken), other: taken[0]!.note }]), { right: false }],
    ['a value stored', platform((taken) => [{ ...fold(taken), value: 1 }]), { right: false }],
    ['a text on disk', platform((taken) => [fold(taken)], { search: async () => 1 }), { found: 1 }],
    ['a row too early', platform((taken) => [fold(taken)], { query: async () => [{}] }), { early: 1 }],
    ['a question that came late', platform(() => [], { query: async () => [{}], isOpen: () => false }), { early: 0 }],
  ];
  for (const [name, run, expected] of cases) assert.partialDeepStrictEqual(await run, expected, name);
});

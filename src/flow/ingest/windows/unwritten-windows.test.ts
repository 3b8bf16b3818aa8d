import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TokenKey } from '#base/crypto/index.ts';
import { DeviceTable, markOf, PendingReadings } from '#trust/identity/index.ts';
import type { SubjectGuard } from '../checks/subjects.ts';
import { Tokeniser } from '../tokeniser.ts';
import { unwrittenWindows } from './unwritten-windows.ts';
import type { WindowLayout } from './window-layout.ts';
import { WindowSlots } from './window-slots.ts';
import type { WindowStates } from './window-slots.ts';

const SECOND = 1_000_000;
const KEY = TokenKey.fromBytes(new Uint8Array(32).fill(1), 1);
const LAYOUT: WindowLayout = {
  stream: 's',
  every: 60 * SECOND,
  wait: 0,
  since: 0,
  by: [{ name: 'who', type: 'text' }],
  of: [{ name: 't', type: 'number', measures: ['mean'] }],
};

function states(...windows: readonly (readonly [device: string, start: number, who: string])[]): WindowStates {
  const slots = new WindowSlots(LAYOUT);
  for (const [device, start, who] of windows) slots.add(slots.place(device, start * SECOND, [who]), 0, 1);
  return slots.states('digest');
}

function setup(guards: readonly SubjectGuard[] | null = null) {
  const table = DeviceTable.create({ devices: 2, streams: 2, records: 4, window: 4, stepped: 1 }, new Uint8Array(8));
  const pending = new PendingReadings(table);
  const mark = markOf(0, 1);
  const parts = {
    table,
    groups: { mark, pending },
    deviceIndex: (name: string) => (name === 'd' ? 0 : null),
    guards: () => guards,
  };
  const ask = (...asked: readonly WindowStates[]) =>
    unwrittenWindows(asked, parts).flatMap(({ devices, starts, by }) =>
      devices.map((device, i) => [device, starts[i]! / SECOND, by[i]![0]]),
    );
  return { ask, pending, mark };
}

test('unwrittenWindows() says each window once, all rows of it together', () => {
  const { ask } = setup();
  const first = [
    ['d', 60, 'ada'],
    ['d', 60, 'bob'],
  ];
  assert.deepEqual(ask(states(['d', 60, 'ada']), states(['d', 60, 'bob'])), first);
  assert.deepEqual(ask(states(['d', 60, 'ada'], ['d', 120, 'ada'])), [['d', 120, 'ada']]);
  assert.deepEqual(ask(states(['d', 60, 'ada'], ['d', 120, 'ada'])), []);
});

test('unwrittenWindows() says a window again whose group could not be kept, and that of a device that is gone', () => {
  const { ask, pending, mark } = setup();
  assert.equal(ask(states(['d', 60, 'ada'])).length, 1);
  pending.undo(mark);
  assert.equal(ask(states(['d', 60, 'ada'])).length, 1);
  assert.equal(ask(states(['gone', 60, 'ada'])).length, 1);
});

test('unwrittenWindows() passes over persons of whom nothing is taken', () => {
  const guard: SubjectGuard = { field: 'who', at: 0, refused: new Set(['t1-ada']), digests: new Tokeniser(KEY) };
  assert.deepEqual(setup([guard]).ask(states(['d', 60, 't1-ada'], ['d', 60, 't1-eve'])), [['d', 60, 't1-eve']]);
});

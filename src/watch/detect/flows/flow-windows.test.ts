import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outFlow } from '../../../../test/support/out-flow.ts';
import { FlowWindows, MOST_FLOWS } from './flow-windows.ts';

test('FlowWindows counts a flow where it began, and hands a window over once there are two behind it', () => {
  const windows = new FlowWindows();
  const take = (time: number) => windows.take(outFlow({ time }));
  for (const time of [600, 1_250, 610]) assert.deepEqual(take(time), { outcome: 'taken', over: [] });
  const { over } = take(1_800);
  assert.deepEqual(over.map(({ start, flows }) => [start, flows.map(({ time }) => time)]), [[600, [600, 610]]]); // prettier-ignore
  assert.equal(take(1_199).outcome, 'late');
  assert.deepEqual([windows.open.map(({ start }) => start), windows.held], [[1_200, 1_800], 2]);
  assert.deepEqual(
    take(9_000).over.map(({ start }) => start),
    [1_200, 1_800],
  );
});

test('FlowWindows has room for so many flows of a window', () => {
  const windows = new FlowWindows();
  const said = Array.from({ length: MOST_FLOWS + 2 }, () => windows.take(outFlow({ time: 600 })).outcome);
  assert.deepEqual(said.slice(-2), ['full', 'full']);
  assert.equal(windows.held, MOST_FLOWS);
});

test('FlowWindows without room leaves a flow out, yet what is over by it makes room', () => {
  const windows = new FlowWindows();
  for (let i = 0; i < 3; i++) assert.equal(windows.take(outFlow({ time: 600 }), 3).outcome, 'taken');
  assert.equal(windows.take(outFlow({ time: 1_200 }), 3).outcome, 'full');
  const { outcome, over } = windows.take(outFlow({ time: 1_800 }), 3);
  assert.deepEqual([outcome, over.length, windows.held], ['taken', 1, 1]);
});

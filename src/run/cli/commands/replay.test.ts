import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addReplayCommand, planReplay } from './replay.ts';
import type { ReplayOptions } from './replay.ts';
import { runCommand } from '../testing.ts';

const OPTIONS: ReplayOptions = {
  stream: 'water',
  device: 'm-1',
  speed: 'max',
  seq: true,
  window: '100',
  patience: '5m',
};

test('planReplay() reads the words of the command line', () => {
  const plan = planReplay(['a.csv'], {
    ...OPTIONS,
    timeColumn: 't',
    speed: '2',
    shift: 'now',
    seqFrom: '5',
    fields: 'data.inner',
    map: ['level=L'],
    route: ['x=air:fan'],
  });
  assert.deepEqual(plan.mapping.fieldsPath, ['data', 'inner']);
  assert.deepEqual([plan.speed, plan.shift, plan.seqFrom, plan.stream], [2, true, 5, 'water']);
  assert.deepEqual(
    [...plan.routes, ...plan.mapping.renames],
    [
      ['x', { stream: 'air', type: 'fan' }],
      ['level', 'L'],
    ],
  );
  assert.equal(planReplay([], OPTIONS).seqFrom, 'time');
  assert.equal(planReplay([], { ...OPTIONS, seq: false }).seqFrom, null);
});

test('planReplay() refuses options that do not go together', () => {
  const { stream: _, ...streamless } = OPTIONS;
  const { device: __, ...deviceless } = OPTIONS;
  for (const options of [
    streamless,
    deviceless,
    { ...OPTIONS, deviceColumn: 'd' },
    { ...OPTIONS, shift: 'tomorrow', timeColumn: 't' },
    { ...OPTIONS, speed: '1' },
    { ...OPTIONS, shift: 'now' },
    { ...OPTIONS, seqFrom: '-1' },
  ]) {
    assert.throws(() => planReplay(['a.csv'], options), { code: 'CLI_USAGE' }, JSON.stringify(options));
  }
});

test('weir replay looks for a platform only once its words are right', async () => {
  await assert.rejects(runCommand(addReplayCommand, 'replay', 'a.csv'), { code: 'CLI_USAGE' });
  const words = ['replay', 'a.csv', '--stream', 's', '--device', 'd', '--data', '/nonexistent'];
  await assert.rejects(runCommand(addReplayCommand, ...words), { code: 'CLI_NO_PLATFORM' });
});

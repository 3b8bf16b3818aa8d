import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros, millis } from '#base/core/index.ts';
import type { Control } from './control.ts';
import { judge } from './control.ts';
import type { ProbePlatform } from './probe-platform.ts';
import { runControls, selectControls } from './run-controls.ts';

const clock = { now: () => micros(1_700_000_000_000_000), monotonicMs: () => 0 };
const platform = {} as ProbePlatform;

function control(id: string, row: number, probe: Control['probe']): Control {
  return { id, row, covers: 'part', statement: `${id} holds`, requirements: ['gdpr:32'], probe };
}

const holds = async () => judge({ one: true }, { seen: 1 });

test('runControls() carries outcome and evidence of each probe, with its time', async () => {
  const [outcome] = await runControls([control('a', 1, holds)], platform, clock);
  assert.equal(outcome?.outcome, 'pass');
  assert.equal(outcome?.at, '2023-11-14T22:13:20Z');
  assert.deepEqual(outcome?.evidence, { seen: 1 });
});

test('runControls() takes a probe that throws for a failure', async () => {
  const broken = control('b', 1, () => Promise.reject(Object.assign(new Error('gone'), { code: 'X_GONE' })));
  const [outcome] = await runControls([broken], platform, clock);
  assert.equal(outcome?.outcome, 'fail');
  assert.deepEqual(outcome?.evidence, { error: 'gone', code: 'X_GONE' });
});

test('selectControls() picks by row or id and sorts', () => {
  const all = [control('b', 2, holds), control('a', 2, holds), control('c', 1, holds)];
  const looksBack = { ...control('a-last', 1, holds), last: true };
  assert.deepEqual(
    selectControls([looksBack, ...all], { rows: [], ids: [] }).map(({ id }) => id),
    ['c', 'a', 'b', 'a-last'],
  );
  const ids = (selection: { rows: number[]; ids: string[] }) => selectControls(all, selection).map(({ id }) => id);
  assert.deepEqual(ids({ rows: [], ids: [] }), ['c', 'a', 'b']);
  assert.deepEqual(ids({ rows: [2], ids: [] }), ['a', 'b']);
  assert.deepEqual(ids({ rows: [], ids: ['c'] }), ['c']);
});

test('runControls() takes a probe that does not end in time for a failure, and stops it', async () => {
  let stopped = false;
  const endless = {
    ...control('e', 1, (_platform, signal) => {
      signal.addEventListener('abort', () => (stopped = true));
      return new Promise<never>(() => {});
    }),
    timeLimit: millis(20),
  };
  const [outcome] = await runControls([endless], platform, clock);
  assert.equal(outcome?.outcome, 'fail');
  assert.deepEqual(outcome?.evidence, { error: 'no result within 0.02 s' });
  assert.ok(stopped);
});

test('runControls() tells each outcome before the next probe begins', async () => {
  const order: string[] = [];
  const noting = (id: string) =>
    control(id, 1, async () => {
      order.push(`run ${id}`);
      return judge({}, {});
    });
  await runControls([noting('a'), noting('b')], platform, clock, async ({ id }) => void order.push(`told ${id}`));
  assert.deepEqual(order, ['run a', 'told a', 'run b', 'told b']);
});

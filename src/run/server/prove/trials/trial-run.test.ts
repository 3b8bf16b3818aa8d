import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trialWorld } from './testing.ts';
import { readingsOf, TrialRun } from './trial-run.ts';

test('TrialRun begins each life anew, at a time of its own', async (t) => {
  const world = await trialWorld(t);
  const first = await TrialRun.begin(world);
  await first?.send(readingsOf(300, (i) => ({ level: i % 7 })));
  const known = async (): Promise<number | undefined> => (await world.baseline('_probe'))?.[0]?.readings;
  assert.equal(await known(), 300);
  const second = await TrialRun.begin(world);
  await second?.send(readingsOf(20, (i) => ({ level: i % 7 })));
  assert.equal(await known(), 20);
  assert.equal(await second?.told('robust-z'), null);
});

test('TrialRun gives two lives of the same day no moment in common', async (t) => {
  const world = await trialWorld(t);
  const seen: number[][] = [];
  for (const second of [0.25, 0.75]) {
    const draws = [0.5, second];
    const times: number[] = [];
    const publish: typeof world.publish = (topic, payloads) => {
      times.push(...payloads.map((payload) => (JSON.parse(payload) as { time: number }).time));
      return world.publish(topic, payloads);
    };
    const run = await TrialRun.begin({ ...world, publish, random: () => draws.shift()! });
    await run?.send(readingsOf(3, (i) => ({ level: i })));
    seen.push(times);
  }
  const [first = [], second = []] = seen;
  assert.deepEqual(
    second.map((time, i) => time - first[i]!),
    [0.5, 0.5, 0.5],
  );
});

test('TrialRun says what was refused, and that nobody watches', async (t) => {
  const run = await TrialRun.begin(await trialWorld(t));
  await assert.rejects(run!.send(readingsOf(1, () => ({ level: 'high' }))), /refused: schema-type/);
  assert.equal(await TrialRun.begin(await trialWorld(t, null)), null);
});

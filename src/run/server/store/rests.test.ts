import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rests } from './rests.ts';

/** Two processors; the clock goes on while it sleeps alone. */
function machine() {
  const state = { running: 3, worked: 0, now: 0, onSleep: (): void => undefined };
  const rests = new Rests({
    running: () => state.running,
    processors: 2,
    workedMs: () => state.worked,
    nowMs: () => state.now,
    sleep: async (ms) => {
      state.now += ms;
      state.onSleep();
    },
  });
  /** @returns how long it rested after so much work, in milliseconds */
  const restAfter = async (worked: number): Promise<number> => {
    const began = state.now;
    state.worked += worked;
    await rests.take();
    return state.now - began;
  };
  return { state, rests, restAfter };
}

test('Rests are taken while more want a processor than there are, up to four times the work', async () => {
  const { state, restAfter } = machine();
  assert.equal(await restAfter(0), 0, 'no work, no rest');
  assert.equal(await restAfter(5), 20);
  assert.equal(await restAfter(3), 12);
  state.onSleep = () => void (state.running = state.now % 5 === 0 ? 2 : 3);
  assert.equal(await restAfter(5), 3, 'until a processor is there');
});

test('Rests are not saved up while nobody wants a processor', async () => {
  const { state, restAfter } = machine();
  state.running = 2;
  assert.equal(await restAfter(10_000), 0);
  state.running = 3;
  assert.equal(await restAfter(1), 200);
});

test('who is pressed takes no rest, and one that was begun ends', async () => {
  const { state, rests, restAfter } = machine();
  rests.pressed = true;
  assert.equal(await restAfter(20), 0);
  rests.pressed = false;
  state.onSleep = () => void (rests.pressed = true);
  assert.equal(await restAfter(20), 1);
});

test('Rests of the machine itself come to an end', async () => {
  const rests = new Rests();
  for (let i = 0; i < 3; i += 1) await rests.take();
});

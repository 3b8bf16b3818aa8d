import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keepReady } from './keep-ready.ts';

test('keepReady() pays before it fills, goes on after failures, and complains once an outage', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const steps: string[] = [];
  const errors: string[] = [];
  let broken = true;
  const quiet = (): void => {};
  const ready = keepReady({
    owed: {
      pay: async () => {
        steps.push('pay');
        if (broken) throw new Error('the disk is full');
      },
    },
    stock: { fill: async () => void steps.push('fill') },
    log: { debug: quiet, info: quiet, warn: quiet, error: (_fields, message) => errors.push(message) },
  });
  const next = async (): Promise<void> => {
    t.mock.timers.tick(1_000);
    await new Promise((resolve) => setImmediate(resolve));
  };
  await next();
  await next();
  assert.deepEqual([[...new Set(steps)], errors.length], [['pay'], 1]);
  broken = false;
  await next();
  assert.deepEqual(steps.slice(-2), ['pay', 'fill']);
  broken = true;
  await next();
  assert.equal(errors.length, 2);
  const before = steps.length;
  ready[Symbol.dispose]();
  await next();
  assert.equal(steps.length, before);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLog } from '../../../../test/support/open-audit-log.ts';
import { every, everyHour } from './housekeeping.ts';

/** What was begun has ended. */
const settled = (): Promise<void> => new Promise((done) => setImmediate(done));

test('every() runs a step at once and again, also where it failed, and says so, until it is disposed of', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const told: object[] = [];
  const log = { ...silentLog, error: (fields: object) => void told.push(fields) };
  let times = 0;
  const step = async (): Promise<void> => {
    if (++times === 1) throw new Error('no room');
  };
  {
    using _kept = every(10, 'alerts', step, log);
    assert.equal(times, 1);
    for (let turn = 0; turn < 2; turn++) {
      await settled();
      t.mock.timers.tick(10);
    }
    assert.equal(times, 3);
  }
  t.mock.timers.tick(100);
  await settled();
  assert.deepEqual([times, told], [3, [{ step: 'alerts', error: 'Error: no room' }]]);
});

test('every() begins no step while the last one runs', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const { promise, resolve } = Promise.withResolvers<void>();
  let times = 0;
  using _kept = every(10, 'holds', () => ((times += 1), promise), silentLog);
  t.mock.timers.tick(30);
  assert.equal(times, 1);
  resolve();
  await settled();
  t.mock.timers.tick(10);
  assert.equal(times, 2);
});

test('everyHour() lets an hour pass', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  let times = 0;
  using _kept = everyHour('keys', async () => void (times += 1), silentLog);
  t.mock.timers.tick(3_599_999);
  assert.equal(times, 1);
  await settled();
  t.mock.timers.tick(1);
  assert.equal(times, 2);
});

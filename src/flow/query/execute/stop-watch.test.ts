import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Engine } from './engine.ts';
import { StopWatch } from './stop-watch.ts';

/** An engine that notes that it is interrupted. */
function engine() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { heard: promise, engine: { connection: { interrupt: resolve } } as unknown as Engine };
}

test('StopWatch stops where it runs now, once its time is over, and says why', async () => {
  const stop = new StopWatch(new AbortController().signal, 5);
  const [first, second] = [engine(), engine()];
  let wrong = false;
  void first.heard.then(() => (wrong = true));
  stop.watch(first.engine);
  stop.watch(null);
  stop.watch(second.engine);
  await second.heard;
  assert.deepEqual([stop.reason, wrong], ['time', false]);
  assert.throws(() => stop.check());
  await assert.rejects(stop.within(new Promise(() => {})));
  stop.end();
});

test('StopWatch stops as its caller leaves, be it before', async () => {
  const caller = new AbortController();
  const stop = new StopWatch(caller.signal, 60_000);
  stop.check();
  await stop.within(Promise.resolve());
  caller.abort();
  assert.equal(stop.reason, 'caller');
  assert.ok(stop.signal.aborted);
  stop.end();
  const late = new StopWatch(caller.signal, 60_000);
  assert.equal(late.reason, 'caller');
  late.end();
});

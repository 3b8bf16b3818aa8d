import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AckGroups } from './ack-group.ts';
import type { AckRun, AckTarget } from './ack-group.ts';

function target(): AckTarget & { readonly heard: string[] } {
  const heard: string[] = [];
  const tell = (what: string) => (run: AckRun) => void heard.push(`${what} ${run.bytes().toString()}`);
  return { heard, committed: tell('committed'), failed: tell('failed') };
}

function put(run: AckRun, text: string): AckRun {
  run.room(text.length).write(text, run.length);
  run.advance(run.length + text.length);
  return run;
}

test('one connection hears all of one group at once, and of each group apart', async () => {
  const groups = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let open = 0;
  const acks = new AckGroups(() => groups[open]!.promise);
  const [a, b] = [target(), target()];
  let run = put(acks.runFor(a, null), 'one ');
  put(acks.runFor(b, null), 'other');
  run = put(acks.runFor(a, run), `two ${'x'.repeat(100)}`);
  open = 1;
  put(acks.runFor(a, run), 'three');
  groups[0]!.resolve();
  await groups[0]!.promise;
  await Promise.resolve();
  assert.deepEqual(a.heard, [`committed one two ${'x'.repeat(100)}`]);
  assert.deepEqual(b.heard, ['committed other']);
  groups[1]!.reject(new Error('full'));
  await acks.settled();
  assert.deepEqual(a.heard.slice(1), ['failed three']);
});

test('a promise that is handed out again after it resolved starts a new group', async () => {
  const done = Promise.resolve();
  const acks = new AckGroups(() => done);
  const a = target();
  const first = put(acks.runFor(a, null), '1');
  await acks.settled();
  await acks.settled();
  put(acks.runFor(a, first), '2');
  await acks.settled();
  await acks.settled();
  assert.deepEqual(a.heard, ['committed 1', 'committed 2']);
});

test('those who wait are woken after a group, and once', async () => {
  const group = Promise.withResolvers<void>();
  const acks = new AckGroups(() => group.promise);
  let woken = 0;
  acks.runFor(target(), null);
  acks.afterNext(() => woken++);
  assert.equal(woken, 0);
  group.resolve();
  await acks.settled();
  acks.wake();
  assert.equal(woken, 1);
});

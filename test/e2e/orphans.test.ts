import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { descendants } from '../support/child-platform.ts';
import { eventually } from '../support/eventually.ts';
import { Workplace } from './cli-harness.ts';
import type { Background } from './cli-harness.ts';

/** Words by which the processes of a demo are known. */
const KINDS = ['demo-platform-process', 'gateway/process', 'store/process', 'watch/process', 'query/process'] as const;
const BESIDE = ['fleet-process', 'witness'] as const;

const HUGE = 'select sum(a.pressure * b.pressure * c.pressure) from pump a, pump b, pump c, pump d, pump e';

/** Those of some processes that are still there, with what they are. */
async function left(pids: readonly number[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const pid of pids) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ' Z ');
    if (stat.includes(' Z ')) continue;
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (command !== '') found.push(`${pid} ${command.split('\0').join(' ').slice(-200)}`);
  }
  return found;
}

async function nothingLeft(pids: readonly number[]): Promise<void> {
  assert.deepEqual(
    await eventually(
      () => left(pids),
      (some) => some.length === 0,
    ),
    [],
  );
}

/** All processes below a demo once there are some of each kind, confined ones with what confines them. */
async function family(demo: Background): Promise<readonly number[]> {
  const root = demo.child.pid ?? -1;
  for (const word of [...KINDS, ...BESIDE]) {
    const some = await eventually(
      () => descendants(root, word),
      ({ length }) => length > 0,
    );
    assert.ok(some.length > 0, `no ${word}`);
  }
  return descendants(root);
}

async function demoAt(place: Workplace): Promise<Background> {
  const demo = await place.until('weir-demo/run/address.json', place.background('demo'));
  await eventually(
    () => demo.printed(),
    (printed) => printed.includes('people and programs'),
  );
  return demo;
}

/** As it is while it works: one process has answered and is idle, one computes, one may be prepared ahead. */
async function busy(place: Workplace): Promise<Background> {
  await place.done('query', '--purpose', 'maintenance', 'select count(*) from pump');
  return place.background('query', '--purpose', 'maintenance', HUGE);
}

test('of a demo that is killed no process stays, not even one that hears nothing', async (t) => {
  const place = await Workplace.make(t);
  await using demo = await demoAt(place);
  await using asking = await busy(place);
  const pids = await family(demo);
  // Whatever a process does that keeps it from hearing of its parent's end, it does less than nothing now.
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  t.after(() => {
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // As it should be: it has ended.
      }
    }
  });
  demo.child.kill('SIGKILL');
  await nothingLeft(pids);
  await asking.stop('SIGKILL');
});

test('a platform that is killed leaves no process, and its demo ends', async (t) => {
  const place = await Workplace.make(t);
  await using demo = await demoAt(place);
  await using asking = await busy(place);
  const pids = await family(demo);
  const [control] = await descendants(demo.child.pid ?? -1, KINDS[0]);
  const ended = once(demo.child, 'exit');
  process.kill(control ?? -1, 'SIGKILL');
  assert.deepEqual(await ended, [1, null]);
  assert.match(demo.printed(), /the platform ended by itself/);
  await nothingLeft(pids);
  await asking.stop('SIGKILL');
});

test('of a demo that is killed while it starts no process stays', async (t) => {
  for (const count of [1, 2, 4, 6]) {
    const place = await Workplace.make(t);
    await using demo = place.background('demo');
    const below = (): Promise<readonly number[]> => descendants(demo.child.pid ?? -1);
    const pids = await eventually(below, ({ length }) => length >= count);
    assert.ok(pids.length >= count, demo.printed());
    demo.child.kill('SIGKILL');
    await nothingLeft(pids);
  }
});

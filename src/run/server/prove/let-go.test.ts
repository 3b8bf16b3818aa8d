import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import type { Segment } from '#flow/store/index.ts';
import { StoreError } from '#flow/store/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import type { StreamRetention } from '../control/retention-plan.ts';
import { letGo } from './let-go.ts';
import type { LetGoParts } from './let-go.ts';

const segment = (id: string, created: number, stream = '_probe'): Segment =>
  ({ id, stream, created, rows: 1, inputs: [] }) as unknown as Segment;

/** A store of three segments, of which the newest of `_probe` has the reading; parts of it can be broken. */
function world(broken: Partial<LetGoParts> & { readonly holds?: boolean } = {}) {
  const clock = frozenClock();
  let active = [segment('old', 1), segment('new', 2), segment('other', 3, 'climate')];
  let held = false;
  const done: string[] = [];
  const parts: LetGoParts = {
    clock,
    actor: 'weir:prover',
    segments: {
      active: async () => active,
      retire: async ({ ids }) => {
        if (held && broken.holds !== false) throw new StoreError('STORE_SEGMENT_HELD', 'Cannot let it go: it is held');
        active = active.filter(({ id }) => !ids.includes(id));
        done.push(`retired ${ids.join()}`);
        return 1;
      },
    },
    retention: {
      plan: async () => [],
      hold: async (_actor, request) => {
        held = true;
        return { ...request, id: 'h', created: 0, released: null };
      },
      release: async (_actor, id) => {
        held = false;
        done.push(`released ${id}`);
      },
    },
    isSeen: async () => active.some(({ id }) => id === 'new'),
    ...broken,
  };
  return { parts, done, clock };
}

test('letGo() lets the newest segment of its own go, and nothing else', async () => {
  const { parts, done } = world();
  assert.deepEqual(await letGo(parts), { overdue: [], seen: true, heldStays: true, gone: true });
  assert.deepEqual(done, ['released h', 'retired new']);
});

test('letGo() sees a hold that holds nothing, and what does not go', async () => {
  assert.equal((await letGo(world({ holds: false }).parts)).heldStays, false);
  assert.equal((await letGo(world({ isSeen: async () => true }).parts)).gone, false);
});

test('letGo() says what is overdue, past what is held', async () => {
  const now = frozenClock().now();
  const next = (id: string, minutesAgo: number, held: boolean) => ({
    segment: id,
    rows: 1,
    begins: micros(now - minutesAgo * 60_000_000),
    ends: now,
    held,
  });
  const stream = { stream: 's', next: [next('late', 11, false), next('held', 99, true), next('soon', 9, false)] };
  const { parts } = world();
  const retention = { ...parts.retention, plan: async () => [stream as unknown as StreamRetention] };
  assert.deepEqual((await letGo({ ...parts, retention })).overdue, ['s late']);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlacedEntry } from '#trust/audit/index.ts';
import { eventually } from '../../../../test/support/eventually.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { silentLog } from '../../../../test/support/open-audit-log.ts';
import type { Finding } from '../live/finding.ts';
import { RuleWatch } from './rule-watch.ts';
import { refusedFrom, rulesOf } from './testing.ts';

const RULES = rulesOf(`
rules:
  guessed: { say: '{address} {count}', by: address, when: { event: sign-in }, count: 5, within: 1m }
`);

function watchOf(entries: readonly PlacedEntry[], next: number, fail: () => boolean = () => false) {
  const told: Finding[] = [];
  const watch = new RuleWatch({
    rules: RULES,
    async *entries(from) {
      if (fail()) throw new Error('torn');
      yield* entries.filter(({ index }) => index >= from);
    },
    next,
    clock: frozenClock(),
    log: silentLog,
    raise: async (found) => void told.push(...found),
  });
  return { watch, told };
}

const ENTRIES = Array.from({ length: 10 }, (_, i) => refusedFrom(i, 'a', 1)).map((entry, index) => ({
  ...entry,
  index,
}));

test('RuleWatch tells what it finds, and where it goes on', async () => {
  const { watch, told } = watchOf(ENTRIES, 0);
  await eventually(
    () => watch.next,
    (next) => next === 10,
  );
  await watch.drain();
  assert.deepEqual([...new Set(told.map(({ sentence }) => sentence))], ['a 5', 'a 10']);
  const { rules, entries, groups, forgotten, problem } = watch.status;
  assert.deepEqual([rules, entries, groups, forgotten, problem], [1, 10, 0, 0, null]);
});

test('RuleWatch reads what its rules look back at again after a restart, and tells only what is new', async () => {
  const { watch, told } = watchOf(ENTRIES, 7);
  await eventually(
    () => watch.next,
    (next) => next === 10,
  );
  await watch.drain();
  const [first] = told;
  const { told: whole, watch: other } = watchOf(ENTRIES, 0);
  await eventually(
    () => other.next,
    (next) => next === 10,
  );
  await other.drain();
  // It goes on under the same name, from the same beginning.
  assert.deepEqual([first?.sentence, first?.id, first?.start], ['a 10', whole[0]?.id, 0]);
});

test('RuleWatch says that it cannot read the log', async () => {
  const { watch, told } = watchOf(ENTRIES, 0, () => true);
  await eventually(
    () => watch.status.problem,
    (problem) => problem === 'torn',
  );
  await watch.drain();
  assert.deepEqual([told, watch.next], [[], 0]);
});

test('RuleWatch without rules reads nothing', async () => {
  const watch = new RuleWatch({
    rules: [],
    // oxlint-disable-next-line require-yield
    async *entries() {
      throw new Error('not asked for');
    },
    next: 3,
    clock: frozenClock(),
    log: silentLog,
    raise: async () => undefined,
  });
  await watch.drain();
  assert.deepEqual([watch.next, watch.status.problem], [3, null]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frozenClock } from '../../../test/support/frozen-clock.ts';
import { openKeys, recordAudit } from '../../../test/support/open-trust.ts';
import { RuleBook } from './rule-book.ts';
import { WATCH_SCHEMA } from './schema.ts';

test('RuleBook keeps versions, logs each, and takes one back once', async (t) => {
  const clock = frozenClock();
  const { catalogue, keys } = await openKeys(t, clock);
  await catalogue.migrate(WATCH_SCHEMA);
  const audit = recordAudit();
  const parts = { catalogue, sealer: await keys.rowSealer('people'), audit, clock };
  const book = await RuleBook.open(parts);
  const window = {
    kind: 'window',
    device: 'truck-3',
    stream: null,
    field: null,
    mostTimes: null,
    from: 1_000,
    until: 2_000,
    by: 'person:a',
    reason: 'defrost',
    alert: null,
  } as const;
  const first = await book.add(window);
  const second = await book.add({ ...window, kind: 'muted', until: null });
  assert.deepEqual([first.version, second.version], [1, 2]);
  const reverted = await book.revert(1, 'person:b');
  assert.deepEqual(reverted.reverted, { by: 'person:b', at: clock.now() });
  assert.deepEqual((await RuleBook.open(parts)).all, [reverted, second]);
  for (const version of [1, 3]) {
    await assert.rejects(book.revert(version, 'person:b'), { code: 'RESPOND_RULE_UNKNOWN' });
  }
  for (const [until, message] of [
    [null, /it has no end$/],
    [1_000, /it ends before it begins$/],
    [1_000 + 33 * 86_400_000_000, /it lasts 33 days, and may last 31$/],
  ] as const) {
    await assert.rejects(book.add({ ...window, until }), { code: 'RESPOND_WINDOW_INVALID', message });
  }
  assert.deepEqual(
    audit.events.map(({ actor, action }) => `${actor} ${action}`),
    ['person:a change-rules', 'person:a change-rules', 'person:b revert-rules'],
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openKeys } from '../../../test/support/open-trust.ts';
import { keyDigest } from './key-log.ts';

const USE = { actor: 'person:p1', resource: 'view:climate' };
const COLUMNS = [
  { column: 'temperature', domain: 'operational' },
  { column: 'door', domain: 'operational' },
  { column: 'pulse', domain: 'health' },
];
const BATCH = 4_096;

test('keys are made from the stock while the log cannot be written, and last over a restart', async (t) => {
  const { keys, catalogue, audit, reopen } = await openKeys(t);
  await keys.newDataKeys('weir:store', 'climate', COLUMNS);
  await keys.stock.fill('weir:control');
  assert.equal(keys.stock.left, BATCH);
  const { digest, detail } = audit.events.at(-1) ?? {};
  assert.equal(detail?.['count'], BATCH);
  const late: unknown[] = [];
  const ring = await reopen({ appendLate: async (event) => void late.push(event) });
  audit.broken = true;
  const made = await ring.newDataKeys('weir:store', 'climate', COLUMNS);
  const handles = made.map(({ handle }) => handle);
  assert.deepEqual(late, [
    {
      actor: 'weir:store',
      action: 'take-keys',
      resource: 'keys:stream:climate',
      outcome: 'done',
      digest: keyDigest(handles),
      detail: { count: 3 },
    },
  ]);
  // What was logged ahead names the blocks that were taken.
  const [first, second] = [...new Set(handles.map((handle) => handle.split('.')[0] ?? ''))] as [string, string];
  const batch = first.slice(0, -3);
  const all = Array.from({ length: BATCH }, (_, at) => batch + at.toString(16).padStart(3, '0'));
  assert.equal(keyDigest(all), digest);
  assert.deepEqual([first, second], all.slice(0, 2));
  await catalogue.transaction((tx) => ring.keepDataKeys(tx, handles));
  assert.equal(ring.stock.left, BATCH - 2);
  audit.broken = false;
  const again = await reopen();
  assert.equal(again.stock.left, BATCH - 2, 'the rest is there after a restart');
  const opened = await again.unwrapDataKeys(USE, handles);
  for (const { handle, key } of made) {
    assert.equal(opened.get(handle)?.exportBytes().toHex(), key.exportBytes().toHex());
  }
  audit.broken = true;
  const [next] = await again.newDataKeys('weir:store', 'climate', COLUMNS).catch(() => []);
  assert.equal(next, undefined, 'nothing is taken unless the taking is owed');
  assert.equal(again.stock.left, BATCH - 2);
});

test('a stock that is used up says so, until it is filled again', async (t) => {
  const { keys, audit, reopen } = await openKeys(t);
  await keys.newDataKeys('weir:store', 'climate', COLUMNS);
  const late = { appendLate: async () => {} };
  const ring = await reopen(late);
  await ring.stock.fill('weir:control');
  await ring.stock.fill('weir:control');
  assert.equal(ring.stock.left, BATCH, 'filled only where little is left');
  audit.broken = true;
  await ring.stock.take(BATCH - 1, () => Promise.resolve(), null);
  assert.equal(ring.stock.spent, false);
  await assert.rejects(ring.newDataKeys('weir:store', 'climate', COLUMNS), { code: 'KEYS_STOCK_SPENT' });
  assert.deepEqual([ring.stock.spent, ring.stock.left], [true, 1]);
  await assert.rejects(ring.stock.fill('weir:control'), { code: 'AUDIT_LOG_UNAVAILABLE' });
  assert.equal(ring.stock.spent, true);
  audit.broken = false;
  await ring.stock.fill('weir:control');
  assert.deepEqual([ring.stock.spent, ring.stock.left], [false, BATCH + 1]);
  audit.broken = true;
  // Over the end of one batch into the next; what is used up is gone from the catalogue too.
  assert.equal((await ring.newDataKeys('weir:store', 'climate', COLUMNS)).length, 3);
  audit.broken = false;
  assert.equal((await reopen(late)).stock.left, BATCH - 1);
});

test('a domain without a key waits for the log, and takes nothing', async (t) => {
  const { audit, reopen } = await openKeys(t);
  const ring = await reopen({ appendLate: async () => {} });
  await ring.stock.fill('weir:control');
  audit.broken = true;
  await assert.rejects(ring.newDataKeys('weir:store', 'climate', COLUMNS), { code: 'AUDIT_LOG_UNAVAILABLE' });
  assert.equal(ring.stock.left, BATCH);
});

test('a taking that cannot be noted leaves the stock as it was', async (t) => {
  const { keys } = await openKeys(t);
  await keys.stock.fill('weir:control');
  await assert.rejects(
    keys.stock.take(2, () => Promise.reject(new Error('as much is owed as may be')), null),
    /owed/,
  );
  assert.equal(keys.stock.left, BATCH);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLog } from '../../../../test/support/open-audit-log.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import type { Cleanable } from '../../../../test/support/tmp.ts';
import { PeriodCounts, TOKEN_COUNTS } from './period-counts.ts';
import { TokenBook } from './token-book.ts';

const HOUR = 3_600_000_000;
const NOW = 1_000 * HOUR + 5;

async function open(t: Cleanable) {
  const { catalogue, keys, audit } = await openKeys(t);
  const sealer = await keys.rowSealer('people');
  const again = async () =>
    new TokenBook({
      counts: await PeriodCounts.open(catalogue, sealer, TOKEN_COUNTS),
      audit,
      log: silentLog,
      most: () => 100,
    });
  const alerts = () => audit.events.filter(({ action }) => action === 'token-alert');
  return { book: await again(), again, alerts };
}

test('TokenBook counts new values by device, over a restart too', async (t) => {
  const { book, again } = await open(t);
  await book.note([['truck-1', 2], ['truck-2', 7]], NOW - 2 * HOUR); // prettier-ignore
  await book.note([['truck-1', 3]], NOW);
  assert.deepEqual([await book.since('truck-1', 0), await book.since('truck-2', 0)], [5, 7]);
  assert.deepEqual([await book.since('truck-1', NOW - HOUR), await book.since('other', 0)], [3, 0]);
  await book.save();
  assert.equal(await (await again()).since('truck-1', 0), 5);
});

test('TokenBook has an event once a device and hour where there are too many', async (t) => {
  const { book, alerts } = await open(t);
  await book.note([['truck-1', 100], ['truck-2', 60]], NOW); // prettier-ignore
  assert.deepEqual(alerts(), []);
  await book.note([['truck-1', 1], ['truck-2', 30]], NOW + 1); // prettier-ignore
  await book.note([['truck-1', 500]], NOW + 2);
  assert.deepEqual(
    alerts().map(({ resource, reason, detail }) => [resource, reason, detail]),
    [['device:truck-1', 'many-new-values', { values: 101, most: 100 }]],
  );
  await book.note([['truck-1', 101], ['truck-2', 90]], NOW + HOUR); // prettier-ignore
  assert.deepEqual(alerts().map(({ resource }) => resource), ['device:truck-1', 'device:truck-1']); // prettier-ignore
});

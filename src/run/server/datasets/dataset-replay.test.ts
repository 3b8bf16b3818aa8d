import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import type { AuditEvent } from '#base/core/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { silentLog } from '../../../../test/support/open-audit-log.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import { DatasetBook } from './dataset-book.ts';
import { DatasetReplay } from './dataset-replay.ts';
import { handlesOfDataset } from './dataset-rows.ts';
import { makeDataset } from './testing.ts';

test('a dataset that the log says went goes again from an older catalogue, with its keys', async (t) => {
  const { catalogue, keys } = await openKeys(t);
  const book = await DatasetBook.open(catalogue, await keys.rowSealer('people'));
  const datasets = [1, 2, 3, 4].map((version) => makeDataset({ version, created: micros(100 * version) }));
  await catalogue.transaction(async (tx) => {
    for (const dataset of datasets) await book.add(tx, dataset);
  });
  const removed: string[] = [];
  const replay = new DatasetReplay({
    book,
    catalogue,
    keys: { removeDataKeys: async (_tx, handles) => void removed.push(...handles) },
    clock: frozenClock(),
    log: silentLog,
  }).replay();
  const take = (action: string, version: number, time: number, outcome: AuditEvent['outcome'] = 'done'): void =>
    replay.take({ index: 0, time: micros(time), event: { actor: 'a', action, resource: `dataset:training@${version}`, outcome } }); // prettier-ignore
  take('delete-dataset', 1, 150);
  take('expire-dataset', 2, 250);
  // The name was given again after an older catalogue came back.
  take('delete-dataset', 3, 50);
  take('delete-dataset', 4, 450, 'denied');
  await replay.apply();
  assert.deepEqual(
    (await book.active()).map(({ version }) => version),
    [3, 4],
  );
  assert.deepEqual(
    (await book.gone()).map(({ version, why }) => [version, why]),
    [
      [1, 'deleted'],
      [2, 'expired'],
    ],
  );
  assert.deepEqual(
    removed,
    datasets.slice(0, 2).flatMap((dataset) => handlesOfDataset(dataset)),
  );
});

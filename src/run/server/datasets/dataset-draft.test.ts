import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '#base/core/index.ts';
import { systemRandom } from '#base/crypto/index.ts';
import { openDirectoryObjects } from '#base/storage/index.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import type { Cleanable } from '../../../../test/support/tmp.ts';
import { DatasetDraft } from './dataset-draft.ts';
import { pieceOf } from './dataset-rows.ts';
import { COLUMNS } from './testing.ts';

const { piece: PIECE } = pieceOf(COLUMNS, { stream: '', template: '', rows: 0, columns: COLUMNS.map(({ name, type }) => ({ name, data: type === 'text' ? { type, codes: new Uint32Array(), dictionary: [], nulls: null } : { type: 'number', values: new Float64Array(), nulls: null } })) }); // prettier-ignore

async function open(t: Cleanable) {
  const { keys, catalogue } = await openKeys(t);
  const objects = await openDirectoryObjects(await temporaryFolder(t));
  const underWay = new Set<string>();
  const parts = { objects, keys, random: systemRandom, clock: systemClock, underWay };
  const stored = async () => (await Array.fromAsync(objects.list('datasets/'))).toSorted();
  return { draft: new DatasetDraft('training', parts), underWay, stored, keys, catalogue };
}

test('DatasetDraft is under way until it is published, and stays then', async (t) => {
  const { draft, underWay, stored, keys, catalogue } = await open(t);
  await draft.take({ ...PIECE, least: { received: 9 } });
  await draft.take({ ...PIECE, least: { received: 4, time: 7 } }, { id: '0193f2', revision: 2 });
  assert.deepEqual([draft.least('received'), draft.least('time'), draft.least('other')], [4, 7, null]);
  const own = draft.objects.map(({ objectKey }) => objectKey).toSorted();
  assert.ok(own.includes('datasets/0193f2/0193f2-2.parquet'));
  assert.deepEqual([await stored(), [...underWay].toSorted()], [own, own]);
  await catalogue.transaction((tx) => keys.keepDataKeys(tx, draft.handles));
  draft.published();
  await draft[Symbol.asyncDispose]();
  assert.deepEqual([await stored(), underWay.size], [own, 0]);
});

test('DatasetDraft that nobody publishes takes its objects and its keys with it', async (t) => {
  const { draft, underWay, stored, keys, catalogue } = await open(t);
  await draft.take(PIECE);
  await draft[Symbol.asyncDispose]();
  assert.deepEqual([await stored(), underWay.size], [[], 0]);
  const kept = catalogue.transaction((tx) => keys.keepDataKeys(tx, draft.handles));
  await assert.rejects(kept, { code: 'KEYS_UNKNOWN' });
});

test('DatasetDraft takes with it what was being sealed when it was given up', async (t) => {
  const { draft, underWay, stored, keys, catalogue } = await open(t);
  const taken = draft.take(PIECE);
  await draft[Symbol.asyncDispose]();
  await taken;
  assert.deepEqual([await stored(), underWay.size], [[], 0]);
  await assert.rejects(
    catalogue.transaction((tx) => keys.keepDataKeys(tx, draft.handles)),
    { code: 'KEYS_UNKNOWN' },
  );
});

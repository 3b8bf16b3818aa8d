import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import { frozenClock } from '../../../test/support/frozen-clock.ts';
import { openKeys } from '../../../test/support/open-trust.ts';

const USE = { actor: 'weir:store', resource: 'journal' };

test('a stock of file keys is stored before it is handed out', async (t) => {
  const { keys, reopen } = await openKeys(t);
  const stock = await keys.newFileKeys('weir:control', 'journal', 20);
  const ring = await reopen();
  assert.deepEqual(
    await ring.listFileKeys('journal'),
    stock.map(({ fileId }) => fileId),
  );
  for (const { fileId, key } of stock) {
    assert.deepEqual((await ring.openFileKey(USE, fileId))?.exportBytes(), key.exportBytes());
  }
  assert.deepEqual(await ring.listFileKeys('quarantine'), []);
});

test('ids sort in the order of their making, also when the clock steps back', async (t) => {
  const clock = frozenClock();
  const { keys } = await openKeys(t, clock);
  const first = await keys.newFileKeys('weir:control', 'journal', 5);
  clock.set(micros(1_000_000));
  const second = await keys.newFileKeys('weir:control', 'quarantine', 5);
  const ids = [...first, ...second].map(({ fileId }) => fileId);
  assert.deepEqual(ids.toSorted(), ids);
  for (const id of ids) assert.match(id, /^[a-z0-9-]{1,64}$/);
});

test('unknown and removed ids open nothing', async (t) => {
  const { keys, audit } = await openKeys(t);
  const [one, two] = await keys.newFileKeys('weir:control', 'journal', 2);
  await keys.removeFileKeys('weir:store', [one?.fileId ?? '']);
  assert.equal(audit.events.at(-1)?.action, 'destroy-keys');
  assert.equal(await keys.openFileKey(USE, one?.fileId ?? ''), null);
  assert.equal(await keys.openFileKey(USE, 'nobody'), null);
  assert.equal((await keys.openFileKeys(USE, [one?.fileId ?? '', two?.fileId ?? ''])).size, 1);
});

test('no file key is made, used or removed while the log cannot be written', async (t) => {
  const { keys, audit } = await openKeys(t);
  const [one] = await keys.newFileKeys('weir:control', 'journal', 1);
  audit.broken = true;
  await assert.rejects(keys.newFileKeys('weir:control', 'journal', 1));
  await assert.rejects(keys.openFileKey(USE, one?.fileId ?? ''));
  await assert.rejects(keys.removeFileKeys('weir:store', [one?.fileId ?? '']));
  audit.broken = false;
  assert.deepEqual(await keys.listFileKeys('journal'), [one?.fileId]);
});

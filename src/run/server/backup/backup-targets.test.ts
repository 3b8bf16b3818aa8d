import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openKeys } from '../../../../test/support/open-trust.ts';
import { BackupTargets, FORGET_TARGETS } from './backup-targets.ts';

test('BackupTargets keeps what it was told, sealed, until it is forgotten', async (t) => {
  const { catalogue, keys } = await openKeys(t);
  const targets = await BackupTargets.open(catalogue, await keys.rowSealer('catalogue'));
  const target = {
    id: 'a',
    created: 1,
    place: { location: '/copies' },
    key: 'secret',
    last: null,
    rings: ['r'],
    behind: 7,
  };
  await targets.put(target);
  await targets.put({ ...target, id: 'b', created: 0 });
  assert.deepEqual(
    (await targets.list()).map(({ id }) => id),
    ['b', 'a'],
  );
  assert.deepEqual((await targets.list())[1], target);
  const rows = await catalogue.all('SELECT * FROM backups_target');
  assert.equal(JSON.stringify(rows).includes('copies'), false);
  assert.deepEqual([await targets.forget('a'), await targets.forget('a')], [true, false]);
  await catalogue.run(FORGET_TARGETS);
  assert.deepEqual(await targets.list(), []);
});

import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { encodeUtf8 } from '#base/core/index.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { openPlace } from './open-place.ts';

test('openPlace() opens a directory; to be read, without touching it', async (t) => {
  const folder = await temporaryFolder(t);
  const location = join(folder, 'copies');
  const reading = await openPlace({ location }, { readOnly: true });
  assert.equal(await reading.size('ring/current'), null);
  assert.deepEqual(await readdir(folder), []);
  await (await openPlace({ location })).put('ring/current', encodeUtf8('x'));
  assert.equal(await reading.size('ring/current'), 1);
  await assert.rejects(openPlace({ location: 'copies' }), { code: 'BACKUP_LOCATION_INVALID' });
});

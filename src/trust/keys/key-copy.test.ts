import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock as clock } from '#base/core/index.ts';
import { systemRandom as random } from '#base/crypto/index.ts';
import { openSqliteCatalogue } from '#base/storage/index.ts';
import { recordAudit } from '../../../test/support/open-trust.ts';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { createFileCustody, openFileCustody } from './file-custody.ts';
import { readKeyFolder, readKeyRows, removeKeyRows, writeKeyFolder, writeKeyRows } from './key-copy.ts';
import { openKeyRing } from './key-ring.ts';

const USE = { actor: 'test', resource: 'segment:s' };

test('keys that were copied open the same, and a copy without them opens nothing', async (t) => {
  const folder = await temporaryFolder(t);
  const custody = await createFileCustody(join(folder, 'keys'), { demo: true }, { clock, random });
  await using catalogue = await openSqliteCatalogue(join(folder, 'catalogue.db'));
  const audit = recordAudit();
  const keys = await openKeyRing({ catalogue, custody, audit, clock, random });
  const [made] = await keys.newDataKeys('test', 'climate', [{ column: 't', domain: 'operational' }]);
  await catalogue.transaction((tx) => keys.keepDataKeys(tx, [made!.handle]));

  await catalogue.copyTo(join(folder, 'copy.db'));
  await using copy = await openSqliteCatalogue(join(folder, 'copy.db'));
  const rows = await copy.transaction((tx) => readKeyRows(tx));
  const files = await readKeyFolder(join(folder, 'keys'));
  assert.deepEqual(Object.keys(files).slice(0, 2), ['root.json', 'secrets/epoch-1.key']);
  await copy.transaction((tx) => removeKeyRows(tx));

  await writeKeyFolder(join(folder, 'other'), files);
  const again = await openFileCustody(join(folder, 'other'), null, random);
  const parts = { catalogue: copy, custody: again, audit, clock, random };
  assert.equal((await (await openKeyRing(parts)).unwrapDataKeys(USE, [made!.handle])).size, 0);
  await copy.transaction(async (tx) => {
    await removeKeyRows(tx);
    await writeKeyRows(tx, JSON.parse(JSON.stringify(rows)));
  });
  const opened = await (await openKeyRing(parts)).unwrapDataKeys(USE, [made!.handle]);
  assert.deepEqual(opened.get(made!.handle)?.exportBytes(), made!.key.exportBytes());

  await assert.rejects(writeKeyFolder(join(folder, 'other'), files), { code: 'KEYS_ROOT_EXISTS' });
  await rm(join(folder, 'other'), { recursive: true });
  for (const path of ['../root.json', 'secrets/../x.key', 'secrets/X.key', 'other'])
    await assert.rejects(writeKeyFolder(join(folder, 'other'), { [path]: '' }), { code: 'KEYS_COPY_MALFORMED' }, path);
  const wrong = [{}, { ...(rows as object), keys_domain: { columns: ['a"; --'], rows: [[1]] } }];
  for (const tables of wrong)
    await assert.rejects(
      copy.transaction((tx) => writeKeyRows(tx, tables)),
      { code: 'KEYS_COPY_MALFORMED' },
    );
});

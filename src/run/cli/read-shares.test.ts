import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../test/support/tmp.ts';
import { readShares } from './read-shares.ts';

test('readShares() takes files with a line of the kit each, or several', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'a'), ' WEIR-SHARE-1 \n\n');
  await writeFile(join(folder, 'b'), 'WEIR-SHARE-2\nWEIR-SHARE-3');
  assert.deepEqual(
    await readShares([join(folder, 'a'), join(folder, 'b')]),
    [1, 2, 3].map((n) => `WEIR-SHARE-${n}`),
  );
  await assert.rejects(readShares([join(folder, 'c')]), { code: 'CLI_FILE_UNREADABLE' });
});

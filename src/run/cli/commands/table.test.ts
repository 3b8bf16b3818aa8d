import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { standIn } from '../testing.ts';
import { addTableCommand } from './table.ts';

test('weir table load sends a file as what its name says', async (t) => {
  const file = join(await temporaryFolder(t), 'machines.ndjson');
  await writeFile(file, '{"device":"a"}\n');
  const platform = await standIn(t, {
    'GET /v1/tables/machines': { rows: 0 },
    'POST /v1/tables/machines': { rows: 1 },
  });
  assert.equal(
    (await platform.run(addTableCommand, 'table', 'load', 'machines', file)).out,
    'machines now has 1 rows\n',
  );
  assert.equal(platform.heard.at(-1)?.body, '{"device":"a"}\n');
  await assert.rejects(platform.run(addTableCommand, 'table', 'load', 'machines', `${file}.none`), {
    code: 'CLI_FILE_UNREADABLE',
  });
});

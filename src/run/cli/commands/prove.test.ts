import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { standIn } from '../testing.ts';
import { addProveCommand } from './prove.ts';

const control = (id: string, outcome: string) => ({
  id,
  row: 31,
  covers: 'part',
  statement: `${id} holds`,
  requirements: [],
  outcome,
  evidence: { seen: id },
  at: 'x',
});

test('weir prove shows outcomes, and fails where one failed, with its evidence', async (t) => {
  const platform = await standIn(t, {
    'POST /v1/prove': { controls: [control('a', 'pass'), control('b', 'fail')], bundle: 'SIGNED' },
  });
  const file = join(await temporaryFolder(t), 'evidence');
  const { out, status } = await platform.run(
    addProveCommand,
    'prove',
    '--row',
    '31',
    '--control',
    'a',
    'b',
    '--bundle',
    file,
  );
  assert.equal(status, 1);
  assert.match(out, /^ +31 +a +part +pass +a holds$/m);
  assert.match(out, /^b: \{"seen":"b"\}$/m);
  assert.match(out, /^1 pass, 1 fail, 0 not applicable$/m);
  assert.equal(await readFile(file, 'utf8'), 'SIGNED');
  assert.deepEqual(JSON.parse(platform.heard[0]?.body ?? ''), { rows: [31], ids: ['a', 'b'] });
});

test('weir prove --json gives controls, and passes where all do', async (t) => {
  const platform = await standIn(t, { 'POST /v1/prove': { controls: [control('a', 'pass')], bundle: '' } });
  const { out, status } = await platform.run(addProveCommand, 'prove', '--json');
  assert.deepEqual([status, (JSON.parse(out) as { controls: { id: string }[] }).controls[0]?.id], [0, 'a']);
  await assert.rejects(platform.run(addProveCommand, 'prove', '--row', 'x'), { code: 'CLI_USAGE' });
});

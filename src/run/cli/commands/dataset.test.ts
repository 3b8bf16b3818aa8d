import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { standIn } from '../testing.ts';
import { addDatasetCommand } from './dataset.ts';

const DATASET = {
  name: 'training',
  version: 2,
  revision: 1,
  created: '2026-01-01T00:00:00Z',
  ends: null,
  purpose: 'quality',
  rows: 20,
  size: 900,
  objects: 1,
  parts: 1,
  digest: 'ab'.repeat(32),
  columns: [{ name: 'pressure', type: 'number', class: 'operational', unit: 'bar' }],
  erasure: 'whole',
};

test('weir dataset create, list and show say what there is', async (t) => {
  const platform = await standIn(t, {
    'POST /v1/datasets': DATASET,
    'GET /v1/datasets': { datasets: [DATASET] },
    'GET /v1/datasets/training': { dataset: DATASET, sql: 'select 1', commitmentDigest: 'cd', leftOut: null },
    'GET /v1/datasets/rides': {
      dataset: DATASET,
      sql: 'select 1',
      commitmentDigest: 'cd',
      leftOut: { subjects: 1, rows: 3 },
    },
    'GET /v1/datasets/training/rows?version=2&columns=pressure': {
      status: 200,
      type: 'text/csv',
      text: 'pressure\r\n5\r\n',
    },
  });
  const run = (...words: string[]) => platform.run(addDatasetCommand, 'dataset', ...words);
  const made = await run(
    'create',
    'training',
    '--from',
    'pump',
    '--where',
    'pressure > 5',
    '--keep',
    '30',
    '--parameter',
    '7',
  );
  assert.match(made.out, /^training@2: 20 rows for quality, kept until it is deleted$/m);
  assert.match(made.out, /^lies in {4}1 object of 900 B, committed to in 1 part$/m);
  assert.match(made.out, /^erasure {4}takes all of it: no column says whose a row is$/m);
  assert.match((await run('list')).out, /training@2 +20 +quality/);
  assert.match((await run('show', 'training')).out, /^statement {2}select 1$/m);
  assert.doesNotMatch((await run('show', 'training')).out, /left out/);
  assert.match((await run('show', 'rides')).out, /^left out {3}3 rows of 1 person who took consent back since$/m);
  assert.equal(
    (await run('read', 'training', '--of', '2', '--columns', 'pressure', '--format', 'csv')).out,
    'pressure\r\n5\r\n',
  );
  await assert.rejects(run('create', 'training'), { code: 'CLI_USAGE' });
  await assert.rejects(run('create', 'training', '--from', 'a', '--sql', 'b'), { code: 'CLI_USAGE' });
  await assert.rejects(run('read', 'training', '--format', 'xlsx'), { code: 'CLI_USAGE' });
});

test('weir dataset lineage goes back to the journal and on to what is there now', async (t) => {
  const segment = {
    id: 's1',
    stream: 'pump',
    rows: 9,
    digest: 'ef'.repeat(32),
    direct: true,
    state: 'replaced',
    replacedBy: 's9',
    inputs: [],
    journal: [{ file: 'j', after: 0, to: 9 }],
  };
  const platform = await standIn(t, {
    'GET /v1/datasets/training/lineage': {
      dataset: DATASET,
      relations: [{ name: 'pump', policies: ['p'] }],
      segments: [segment],
      templates: ['t'.repeat(64)],
      devices: ['a'],
      deviceCount: 3,
    },
  });
  const { out } = await platform.run(addDatasetCommand, 'dataset', 'lineage', 'training');
  assert.match(out, /^devices {4}a and 2 more$/m);
  assert.match(out, /s1 +pump +9 +replaced +1 journal file +s9/);
});

test('weir dataset delete asks first, credential writes a file for one', async (t) => {
  const platform = await standIn(t, {
    'GET /v1/datasets/training': { dataset: DATASET },
    'POST /v1/datasets/training/delete': DATASET,
    'POST /v1/datasets/training/credential': { key: { id: 'k', expires: '2026-01-01T01:00:00Z' }, secret: 'weir-key' },
  });
  const run = (...words: string[]) => platform.run(addDatasetCommand, 'dataset', ...words);
  await assert.rejects(run('delete', 'training'), { code: 'CLI_UNCONFIRMED' });
  assert.equal((await run('delete', 'training', '--yes')).out, 'deleted training@2: 20 rows\n');
  const file = join(await temporaryFolder(t), 'key');
  await run('credential', 'training', '--out', file);
  assert.deepEqual([await readFile(file, 'utf8'), (await stat(file)).mode & 0o777], ['weir-key\n', 0o600]);
  assert.equal((await run('credential', 'training', '--minutes', '5')).out, 'weir-key\n');
});

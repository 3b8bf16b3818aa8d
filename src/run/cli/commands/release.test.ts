import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { standIn } from '../testing.ts';
import { addReleaseCommand } from './release.ts';

const BEFORE = { rows: 100, groups: 9, k: 1, l: 1, unique: 0.5, greatest: 1, mean: 0.3 };
const AFTER = { rows: 80, groups: 3, k: 7, l: 2, unique: 0, greatest: 0.142, mean: 0.05 };
const RELEASE = {
  id: 'r1',
  state: 'allowed',
  shape: { view: 'climate', k: 5 },
  risk: { before: BEFORE, after: AFTER, suppressed: 20 },
  askedBy: 'person:p',
  expires: '2026-01-01T00:00:00Z',
};

test('weir release ask shows how small groups are, and what is left out', async (t) => {
  const platform = await standIn(t, { 'POST /v1/releases': RELEASE });
  const words = ['ask', 'climate', '--columns', 'a', 'b', '--quasi', 'b', '--person', 'driver', '--k', '5'];
  const { out, err } = await platform.run(addReleaseCommand, 'release', ...words);
  assert.match(out, /^as it is +100 +9 +1 +1 +50\.0 % +100\.0 %/m);
  assert.match(out, /20 rows are left out; the release is allowed/);
  assert.match(err, /release export r1/);
  assert.deepEqual(JSON.parse(platform.heard[0]?.body ?? ''), {
    view: 'climate',
    columns: ['a', 'b'],
    quasi: ['b'],
    sensitive: [],
    person: 'driver',
    k: 5,
  });
});

test('weir release ask fails where nothing would be left, and says what to do', async (t) => {
  const platform = await standIn(t, { 'POST /v1/releases': { ...RELEASE, state: 'refused' } });
  const words = ['ask', 'climate', '--columns', 'a', '--quasi', 'a', '--person', 'driver'];
  const { err, status } = await platform.run(addReleaseCommand, 'release', ...words);
  assert.match(err, /nothing would be left.*--quasi/);
  assert.equal(status, 1);
});

test('weir release list, approve and export', async (t) => {
  const platform = await standIn(t, {
    'GET /v1/releases': { releases: [RELEASE] },
    'POST /v1/releases/r1/approve': RELEASE,
    'GET /v1/releases/r1/rows': { a: 1 },
  });
  assert.match((await platform.run(addReleaseCommand, 'release', 'list')).out, /^r1 +climate +allowed +5 +80 +20/m);
  assert.equal((await platform.run(addReleaseCommand, 'release', 'approve', 'r1')).out, 'r1 is allowed\n');
  const file = join(await temporaryFolder(t), 'rows.csv');
  await platform.run(addReleaseCommand, 'release', 'export', 'r1', '--out', file);
  assert.match(await readFile(file, 'utf8'), /"a"/);
});

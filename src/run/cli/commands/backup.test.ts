import assert from 'node:assert/strict';
import { test } from 'node:test';
import { standIn } from '../testing.ts';
import { addBackupCommand } from './backup.ts';

const RESULT = {
  snapshot: 's',
  at: '2026-01-01T00:00:00Z',
  segments: 3,
  bytes: 3_145_728,
  copied: 1,
  copied_bytes: 1_048_576,
  missing: ['gone'],
  log_size: 9,
};
const RUN = { id: 'r1', target: 't1', state: 'done', done: 10, total: 10, result: RESULT, failure: null };

test('weir backup create follows a backup to its end', async (t) => {
  const platform = await standIn(t, {
    'POST /v1/backups': { ...RUN, state: 'running', result: null },
    'GET /v1/backups/runs/r1': RUN,
  });
  const made = await platform.run(addBackupCommand, 'backup', 'create', '--to', '/copies', '--check');
  assert.equal(made.out, '/copies has all up to 2026-01-01T00:00:00Z: 3 segments, 3.0 MiB; copied 1 (1.0 MiB)\n');
  assert.match(made.err, /segment gone is damaged here/);
  assert.match(made.err, /backup verify --from \/copies/);
  assert.deepEqual(JSON.parse(platform.heard[0]?.body ?? ''), { location: '/copies', check: true, takeOver: false });
});

test('weir backup create ends with the code of a backup that failed', async (t) => {
  const failure = { code: 'STORAGE_FULL', detail: 'Cannot store object: the disk is full', hint: 'Free space' };
  const platform = await standIn(t, { 'POST /v1/backups': { ...RUN, state: 'failed', result: null, failure } });
  await assert.rejects(platform.run(addBackupCommand, 'backup', 'create', '--to', '/copies'), {
    code: 'CLI_REFUSED',
    message: failure.detail,
    hint: failure.hint,
  });
});

test('weir backup list and forget', async (t) => {
  const last = { snapshot: 's', at: '2026-01-01T00:00:00Z', segments: 3, bytes: 3_145_728, log_size: 9 };
  const target = { id: 't1', location: '/copies', created: '2026-01-01T00:00:00Z', last, behind: null };
  const platform = await standIn(t, {
    'GET /v1/backups': { targets: [target, { ...target, id: 't2', last: null, behind: '2026-01-02T00:00:00Z' }] },
    'POST /v1/backups/t1/forget': { id: 't1' },
  });
  const { out } = await platform.run(addBackupCommand, 'backup', 'list');
  assert.match(out, /^t1 +\/copies +2026-01-01T00:00:00Z +3 +3\.0 MiB +all reached it/m);
  assert.match(out, /^t2 +\/copies +0 +0\.0 MiB +not reached since 2026-01-02T00:00:00Z/m);
  await assert.rejects(platform.run(addBackupCommand, 'backup', 'forget', 't1'), {
    code: 'CLI_UNCONFIRMED',
    message: /\/copies/,
  });
  assert.equal((await platform.run(addBackupCommand, 'backup', 'forget', 't1', '--yes')).out, 't1 is forgotten\n');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BackupError } from '#flow/store/index.ts';
import type { BackupRequest, BackupRun } from '../../backup/backup-keeper.ts';
import type { Services } from '../services.ts';
import { openApi } from '../testing.ts';

const RUN: BackupRun = {
  id: 'r1',
  target: 't1',
  state: 'running',
  done: 0,
  total: 10,
  result: null,
  failure: null,
};
const asked: BackupRequest[] = [];

/** Stands in for the keeper, which is tested by itself. */
const backups: Services['backups'] = {
  show: async () => [
    {
      id: 't1',
      location: '/copies',
      region: null,
      created: '2026-01-01T00:00:00Z',
      last: null,
      behind: '2026-01-02T00:00:00Z',
    },
  ],
  create: async (_actor, request) => {
    if (request.place.location === '/taken') throw new BackupError('BACKUP_TARGET_TAKEN', 'Cannot back up: taken');
    asked.push(request);
    return RUN;
  },
  run: (id) => {
    if (id === 'r1') return { ...RUN, state: 'failed', failure: { code: 'STORAGE_FULL', detail: 'full' } };
    throw new BackupError('BACKUP_TARGET_UNKNOWN', 'Cannot show backup: there is none');
  },
  forget: async (_actor, id) => {
    if (id !== 't1') throw new BackupError('BACKUP_TARGET_UNKNOWN', 'Cannot forget target: there is none');
  },
};

test('backups are begun, followed, listed and forgotten by who administers', async (t) => {
  const { call } = await openApi(t, { backups });
  const begun = await call('POST', '/v1/backups', { body: { location: '/copies', check: true } });
  assert.deepEqual([begun.status, begun.json()['id']], [202, 'r1']);
  assert.deepEqual(asked, [{ place: { location: '/copies' }, check: true, takeOver: false }]);
  assert.deepEqual((await call('GET', '/v1/backups/runs/r1')).json()['failure'], {
    code: 'STORAGE_FULL',
    detail: 'full',
  });
  assert.equal(((await call('GET', '/v1/backups')).json()['targets'] as object[]).length, 1);
  assert.deepEqual((await call('POST', '/v1/backups/t1/forget', { body: {} })).json(), { id: 't1' });
  for (const path of ['backups', 'backups/runs/r1'])
    assert.equal((await call('GET', `/v1/${path}`, { as: 'device' })).status, 403, path);
});

test('what makes no sense is refused with its code', async (t) => {
  const { call } = await openApi(t, { backups });
  const cases: readonly [string, object, number, string][] = [
    ['backups', {}, 400, 'API_BODY_INVALID'],
    ['backups', { location: '/a', more: 1 }, 400, 'API_BODY_INVALID'],
    ['backups', { location: '/taken' }, 409, 'BACKUP_TARGET_TAKEN'],
    ['backups/t2/forget', {}, 404, 'BACKUP_TARGET_UNKNOWN'],
  ];
  for (const [path, body, status, code] of cases) {
    const answer = await call('POST', `/v1/${path}`, { body });
    assert.deepEqual([answer.status, answer.json()['code']], [status, code], path);
  }
  assert.equal((await call('GET', '/v1/backups/runs/r2')).status, 404);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServerError } from '../../errors.ts';
import type { Services } from '../services.ts';
import { openApi } from '../testing.ts';

const FILE = { file: 'f1', reason: 'JOURNAL_KEY_UNKNOWN', offset: 96, bytes: 4_000, begun: 1_000_000 } as const;
const SHOWN = { ...FILE, begun: '1970-01-01T00:00:01Z' };

/** Stands in for the keeper, which is tested by itself. */
const unreadJournal: Services['unreadJournal'] = {
  list: async () => [FILE, { ...FILE, file: 'f2', begun: null }],
  discard: async (_actor, file) => {
    if (file === 'f1') return FILE;
    throw new ServerError('SERVER_JOURNAL_UNKNOWN', `Cannot discard journal file ${file}: it is not one`);
  },
};

test('journal files that cannot be read are shown to who administers, and discarded one by one', async (t) => {
  const { call } = await openApi(t, { unreadJournal });
  const listed = await call('GET', '/v1/journal/unread');
  assert.deepEqual(listed.json(), { files: [SHOWN, { ...SHOWN, file: 'f2', begun: null }] });
  assert.deepEqual((await call('POST', '/v1/journal/unread/f1/discard', { body: {} })).json(), SHOWN);
  const unknown = await call('POST', '/v1/journal/unread/x/discard', { body: {} });
  assert.deepEqual([unknown.status, unknown.json()['code']], [404, 'SERVER_JOURNAL_UNKNOWN']);
  assert.equal((await call('GET', '/v1/journal/unread', { as: 'device' })).status, 403);
  assert.equal((await call('POST', '/v1/journal/unread/f1/discard', { as: 'device', body: {} })).status, 403);
});

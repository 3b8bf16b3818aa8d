import assert from 'node:assert/strict';
import { test } from 'node:test';
import { standIn } from '../testing.ts';
import { addJournalCommand } from './journal.ts';

const FILE = { file: 'f1', reason: 'JOURNAL_KEY_UNKNOWN', offset: 96, bytes: 4_096, begun: '2026-01-01T00:00:00Z' };

test('weir journal unread and discard', async (t) => {
  const platform = await standIn(t, {
    'GET /v1/journal/unread': { files: [FILE] },
    'POST /v1/journal/unread/f1/discard': FILE,
  });
  const { out, err } = await platform.run(addJournalCommand, 'journal', 'unread');
  assert.match(out, /^f1 +JOURNAL_KEY_UNKNOWN +96 +4096 +2026-01-01T00:00:00Z/m);
  assert.match(err, /journal discard f1/);
  await assert.rejects(platform.run(addJournalCommand, 'journal', 'discard', 'f1'), {
    code: 'CLI_UNCONFIRMED',
    message: /begun 2026-01-01T00:00:00Z.*would go unread \(JOURNAL_KEY_UNKNOWN\), and cannot be had back/,
  });
  const done = await platform.run(addJournalCommand, 'journal', 'discard', 'f1', '--yes');
  assert.match(done.out, /^f1 is discarded: .*that nobody has read\n$/);
});

test('weir journal unread says where there is none', async (t) => {
  const platform = await standIn(t, { 'GET /v1/journal/unread': { files: [] } });
  assert.equal((await platform.run(addJournalCommand, 'journal', 'unread')).out, 'every journal file can be read\n');
});

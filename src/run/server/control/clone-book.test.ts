import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLog } from '../../../../test/support/open-audit-log.ts';
import { recordAudit } from '../../../../test/support/open-trust.ts';
import { CloneBook } from './clone-book.ts';

const EVENT = {
  device: 'a',
  serial: '0A',
  why: 'address',
  addresses: ['192.0.2.1', '192.0.2.2'],
  cut: ['x'],
  shut: [],
} as const;

test('CloneBook logs each event with truncated addresses and keeps it for the view', async () => {
  const audit = recordAudit();
  const book = new CloneBook(audit, silentLog);
  await book.note(EVENT, 5);
  assert.deepEqual(book.rows(), [[5, 'a', '0A', 'address', 1]]);
  const [entry] = audit.events;
  assert.deepEqual(
    [entry?.action, entry?.resource, entry?.reason, entry?.outcome],
    ['clone-alert', 'device:a', 'address', 'denied'],
  );
  assert.doesNotMatch(JSON.stringify(entry), /192\.0\.2\.[12]"/);
  await book.note({ ...EVENT, device: '_probe' }, 6);
  assert.deepEqual([audit.events.length, book.rows().length], [2, 1], 'the prober is in the log alone');
  audit.broken = true;
  await book.note({ ...EVENT, cut: [] }, 6);
  assert.equal(book.rows().length, 2);
  book.noteKey({ device: 'b', holder: { kind: 'device', name: 'a' }, answer: 'alert' }, 7);
  assert.deepEqual(book.rows().at(-1), [7, 'b', '', 'key', 0]);
});

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { REASON, REASONS, isStored, isTransient, reasonOf } from './reasons.ts';

// MQTT 5 section 3.4.2.1.
const PUBACK_CODES = new Set([0x00, 0x80, 0x83, 0x87, 0x90, 0x97, 0x99]);

test('REASONS have numbers and words of their own, within what the journal and MQTT can say', () => {
  assert.equal(new Set(REASONS.map((reason) => reason.number)).size, REASONS.length);
  assert.equal(new Set(REASONS.map((reason) => reason.word)).size, REASONS.length);
  for (const reason of REASONS) {
    assert.match(reason.word, /^[a-z0-9]+(-[a-z0-9]+)*$/);
    assert.ok(reason.number >= 0 && reason.number <= 255);
    assert.ok(PUBACK_CODES.has(reason.mqtt), reason.word);
    assert.ok(reason.http >= 200 && reason.http < 600);
    assert.equal(reason.mqtt === 0, isStored(reason.number), reason.word);
    assert.equal(reason.kept === 'none', reason.number <= REASON.tryLater.number, reason.word);
    assert.equal(reasonOf(reason.number), reason);
  }
  assert.equal(reasonOf(254), undefined);
});

test('isTransient() holds for what may be sent again as it is', () => {
  assert.deepEqual(
    REASONS.filter((reason) => isTransient(reason.number)).map((reason) => reason.word),
    ['try-later', 'rate'],
  );
});

test('the page of refusals lists the table as it is', async () => {
  const page = await readFile(new URL('../../../docs/reference/refusals.md', import.meta.url), 'utf8');
  const rows = [
    ...page.matchAll(/^\| (\d+) \| `([a-z0-9-]+)` \| `0x([0-9a-f]{2})` \| (\d+) \| ([a-z]+) \| (.+) \|$/gm),
  ];
  assert.deepEqual(
    rows.map(([, number, word, mqtt, http, kept, text]) => ({
      number: Number(number),
      word,
      mqtt: Number.parseInt(mqtt!, 16),
      http: Number(http),
      kept,
      text,
    })),
    REASONS.map((reason) => ({ ...reason })),
  );
});

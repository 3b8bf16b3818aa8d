import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { recordNow } from './record-now.ts';
import type { RecordNowParts } from './record-now.ts';

test('recordNow() holds what is declared against what is stored, with backups and transfers', async () => {
  const template = makeTemplate('devices: {d: {}}\nstreams: {s: {from: d, fields: {x: {type: number}}}}');
  const columns = ['x', 'old'].map((name) => ({ name, class: 'operational' }));
  const transfer = { from: 'eu', to: 'us', mechanism: 'clauses', document: 'a.pdf', expires: 1_767_225_600_000_000 };
  const parts = {
    template: () => template,
    segments: { active: async () => [{ stream: 's', columns }] },
    backups: { places: async () => [{ target: 't1', region: 'us' }] },
    transfers: { inForce: () => [transfer] },
    clock: frozenClock(),
  } as unknown as RecordNowParts;
  const record = await recordNow(parts);
  assert.deepEqual(
    record.undocumented.map(({ stream, column }) => `${stream}.${column}`),
    ['s.old'],
  );
  const text = JSON.stringify(record);
  for (const part of ['backup:t1', 'clauses', '2026-01-01T00:00:00']) assert.ok(text.includes(part), part);
});

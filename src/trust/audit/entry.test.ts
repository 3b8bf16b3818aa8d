import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeUtf8, encodeUtf8, micros } from '#base/core/index.ts';
import type { AuditEvent } from '#base/core/index.ts';
import { clipText, decodeEntry, encodeEntry, ENTRY_LIMITS } from './entry.ts';

const time = micros(1_767_225_600_000_001);
const EVENT: AuditEvent = { actor: 'weir:store', action: 'seal-segment', resource: 'stream:climate', outcome: 'done' };

test('encodeEntry() writes the vectors of the format page', () => {
  assert.equal(
    decodeUtf8(encodeEntry({ time, event: { ...EVENT, detail: { b: 1, a: 'é' }, digest: 'ab'.repeat(32) } })),
    `{"action":"seal-segment","actor":"weir:store","detail":{"a":"é","b":1},"digest":"${'ab'.repeat(32)}",` +
      '"outcome":"done","resource":"stream:climate","time":"2026-01-01T00:00:00.000001Z","v":1}',
  );
});

test('decodeEntry() is the inverse of encodeEntry(), and refuses each truncation', () => {
  const entry = { time, event: { ...EVENT, purpose: 'quality', reason: 'range', detail: { rows: 3, cold: true } } };
  const bytes = encodeEntry(entry);
  assert.deepEqual(decodeEntry(bytes), entry);
  for (let length = 0; length < bytes.length; length++) {
    assert.throws(() => decodeEntry(bytes.subarray(0, length)), { code: 'AUDIT_ENTRY_INVALID' });
  }
});

test('encodeEntry() takes texts at their limit and refuses them one longer', () => {
  for (const member of ['actor', 'resource', 'purpose', 'reason'] as const) {
    const limit = ENTRY_LIMITS[member];
    encodeEntry({ time, event: { ...EVENT, [member]: 'x'.repeat(limit) } });
    const longer = { ...EVENT, [member]: 'x'.repeat(limit + 1) };
    assert.throws(() => encodeEntry({ time, event: longer }), { code: 'AUDIT_ENTRY_INVALID' }, member);
  }
});

test('encodeEntry() refuses what is no event', () => {
  const many = Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`k${i}`, i]));
  const full = Object.fromEntries(Array.from({ length: 32 }, (_, i) => [`k${i}`, '温'.repeat(512)]));
  const wrong: unknown[] = [
    { ...EVENT, actor: undefined },
    { ...EVENT, actor: 7 },
    { ...EVENT, action: '' },
    { ...EVENT, action: '-x' },
    { ...EVENT, outcome: 'perhaps' },
    { ...EVENT, digest: 'AB'.repeat(32) },
    { ...EVENT, digest: `${'ab'.repeat(32)}\n` },
    { ...EVENT, purpose: '' },
    { ...EVENT, detail: [] },
    { ...EVENT, detail: null },
    { ...EVENT, detail: { a: Infinity } },
    { ...EVENT, detail: { a: null } },
    { ...EVENT, detail: { a: {} } },
    { ...EVENT, detail: { a: '\udc00' } },
    { ...EVENT, detail: { 'a b': 1 } },
    { ...EVENT, detail: many },
    { ...EVENT, detail: full },
  ];
  for (const event of wrong) {
    assert.throws(() => encodeEntry({ time, event: event as AuditEvent }), { code: 'AUDIT_ENTRY_INVALID' });
  }
});

test('decodeEntry() refuses other versions, unknown members, and every form that is not canonical', () => {
  const text = decodeUtf8(encodeEntry({ time, event: EVENT }));
  const wrong = [
    text.replace('"v":1', '"v":2'),
    text.replace('"v":1', '"v":1,"w":1'),
    text.replace('{"action"', '{ "action"'),
    text.replace('"v":1', '"v":1.0'),
    text.replace('.000001Z', '.0000010Z'),
    text.replace('.000001Z', '.000001+00:00'),
    text.replace('"outcome":"done"', '"outcome":"done","outcome":"done"'),
    text.replace('store', 'st\\u006fre'),
    '[]',
    'null',
    '',
  ];
  for (const other of wrong) {
    assert.throws(() => decodeEntry(encodeUtf8(other)), { code: 'AUDIT_ENTRY_INVALID' }, other);
  }
  assert.throws(() => decodeEntry(new Uint8Array([0xff])), { code: 'AUDIT_ENTRY_INVALID' });
  assert.throws(() => decodeEntry(new Uint8Array(9000).fill(0x20)), { code: 'AUDIT_ENTRY_INVALID' });
});

test('clipText() cuts to the limit, marks the cut, and never leaves half a pair', () => {
  assert.equal(clipText('short', 5), 'short');
  assert.equal(clipText('longer', 5), 'long…');
  const cut = clipText('abc🧊def', 5);
  assert.ok(cut.isWellFormed() && cut.length <= 5);
  assert.equal(clipText('\ud800', 5), '\ufffd');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import { SessionLedger } from '#flow/gateway/index.ts';
import { REASON } from '#flow/ingest/index.ts';
import type { Ingest } from '#flow/ingest/index.ts';
import { countedIngest, refusedByWord, takeRefused } from './counted-ingest.ts';

test('countedIngest() counts by reason notes who was heard when, and keeps the prober out of the counts', () => {
  const answers = [0, REASON.range.number, 0];
  const ingest = {
    admit: () => answers.shift(),
    admitMany: () => ({ reasons: Uint8Array.of(0, 1, REASON.range.number) }),
  } as unknown as Ingest;
  const counts = { byReason: new Float64Array(256), lastSeen: new Float64Array(4), refused: new Map<string, number>() };
  const port = countedIngest(ingest, new SessionLedger(), counts);
  const sender = { index: 2, name: 'a', type: 't' };
  for (let i = 0; i < 3; i++) port.admit(sender, 's', sender, new Uint8Array(), 'json', micros(5));
  port.admitMany(sender, 's', sender, new Uint8Array(), 'ndjson', micros(9));
  const prober = { index: 1, name: '_probe', type: '_probe' };
  answers.push(REASON.range.number, REASON.admitted.number, REASON.duplicate.number);
  for (let i = 0; i < 3; i++) port.admit(prober, 's', prober, new Uint8Array(), 'json', micros(6));
  assert.equal(counts.byReason[0], 3);
  assert.equal(counts.byReason[1], 1);
  assert.deepEqual(refusedByWord(counts.byReason), { range: 2 });
  assert.equal(counts.lastSeen[2], 9);
  assert.deepEqual(
    takeRefused(counts, (name) => name === 's'),
    [
      { device: 'a', stream: 's', reason: 'range', count: 2 },
      { device: '_probe', stream: 's', reason: 'range', count: 1 },
    ],
  );
  assert.deepEqual(
    takeRefused(counts, () => true),
    [],
  );
});

test('countedIngest() counts the refusals of one device by name whatever streams another invents', () => {
  let reason: number = REASON.notAStream.number;
  const ingest = { admit: () => reason } as unknown as Ingest;
  const counts = { byReason: new Float64Array(256), lastSeen: new Float64Array(4), refused: new Map<string, number>() };
  const port = countedIngest(ingest, new SessionLedger(), counts);
  const admit = (device: string, stream: string): void => {
    const sender = { index: 0, name: device, type: 't' };
    port.admit(sender, stream, sender, new Uint8Array(), 'json', micros(1));
  };
  for (let i = 0; i < 5_000; i++) admit('loud', `invented-${i}`);
  reason = REASON.range.number;
  admit('quiet', 's');
  assert.deepEqual(
    takeRefused(counts, (name) => name === 's'),
    [
      { device: 'loud', stream: '', reason: REASON.notAStream.word, count: 5_000 },
      { device: 'quiet', stream: 's', reason: 'range', count: 1 },
    ],
  );
});

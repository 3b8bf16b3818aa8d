import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JournalRecord, JournalWriter, QuarantinedReading } from '#flow/journal/index.ts';
import { QuarantineWriter, quarantineShare } from './quarantine-writer.ts';

const DAY = 86_400_000_000;

function reading(device: string, bytes: number): QuarantinedReading {
  return {
    device,
    stream: 's',
    via: null,
    reason: 63,
    received: 1,
    place: '',
    length: bytes,
    payload: new Uint8Array(bytes),
  };
}

function setup(share = 1_000) {
  const kept: JournalRecord[] = [];
  const lost: number[] = [];
  const state = { now: DAY, fail: false, share };
  const journal: JournalWriter = {
    append(records) {
      if (state.fail) return Promise.reject(new Error('made to fail'));
      kept.push(...records);
      return Promise.resolve({ file: 'f', offset: kept.length });
    },
    close: () => Promise.resolve(),
  };
  const writer = new QuarantineWriter({
    journal,
    perDevice: () => state.share,
    now: () => state.now,
    onLost: (n) => lost.push(n),
  });
  const devices = (): string[] =>
    kept.flatMap((r) => (r.kind === 'quarantined' ? r.readings.map((x) => x.device) : []));
  return { writer, state, lost, devices };
}

test('room() is a share of each device’s own, new every day', async () => {
  const { writer, state, devices } = setup();
  assert.equal(writer.room('a'), 872);
  writer.keep(reading('a', 500));
  assert.equal(writer.room('a'), 244);
  writer.keep(reading('a', 200));
  assert.ok(writer.room('a') < 100);
  assert.equal(writer.room('b'), 872);
  state.now += DAY;
  assert.equal(writer.room('a'), 872);
  await writer.flush();
  assert.deepEqual(devices(), ['a', 'a']);
});

test('room() follows a share that changes, as where there are more devices', () => {
  const { writer, state } = setup();
  assert.equal(writer.room('a'), 872);
  writer.keep(reading('a', 500));
  state.share = 700;
  assert.deepEqual([writer.room('a'), writer.room('b')], [-56, 572]);
  state.share = 2_000;
  assert.equal(writer.room('a'), 1_244);
});

test('readings are written together, and on disposal', async () => {
  const { writer, devices } = setup(10_000_000);
  writer.keep(reading('a', 10));
  assert.deepEqual(devices(), []);
  writer.keep(reading('b', 300_000));
  await writer.flush();
  assert.deepEqual(devices(), ['a', 'b']);
  writer.keep(reading('c', 10));
  await writer[Symbol.asyncDispose]();
  assert.deepEqual(devices(), ['a', 'b', 'c']);
});

test('what cannot be written is told and harms nothing', async () => {
  const { writer, state, lost, devices } = setup();
  state.fail = true;
  writer.keep(reading('a', 1));
  writer.keep(reading('b', 1));
  await writer.flush();
  assert.deepEqual(lost, [2]);
  state.fail = false;
  writer.keep(reading('c', 1));
  await writer.flush();
  assert.deepEqual(devices(), ['c']);
});

test('quarantineShare() adds up to no more than the whole', () => {
  const share = quarantineShare(1e9, 7 * 86_400_000, 100, 2);
  assert.ok(share * 100 * 2 * 8 <= 1e9);
  assert.ok(share > 500_000);
  assert.equal(quarantineShare(100, 0, 0, 0), 100);
});

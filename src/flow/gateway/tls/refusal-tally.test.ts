import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_TALLIED_SOURCES, RefusalTally } from './refusal-tally.ts';

const from = (address: string) => ({ address, own: false });

test('RefusalTally counts by listener, reason and network, and starts anew after a drain', () => {
  const tally = new RefusalTally();
  tally.add('mqtt', 'expired', from('192.0.2.1'));
  tally.add('mqtt', 'expired', from('192.0.2.2'));
  tally.add('mqtt', 'unknown', from('192.0.2.2'));
  tally.add('https', 'expired', from('198.51.100.1'));
  const others = { own: false };
  assert.deepEqual(tally.drain(), [
    { listener: 'mqtt', reason: 'expired', source: '192.0.2.0/24', ...others, count: 2 },
    { listener: 'mqtt', reason: 'unknown', source: '192.0.2.0/24', ...others, count: 1 },
    { listener: 'https', reason: 'expired', source: '198.51.100.0/24', ...others, count: 1 },
  ]);
  assert.deepEqual(tally.drain(), []);
});

test('RefusalTally keeps what the platform tries itself with apart from its neighbours', () => {
  const tally = new RefusalTally();
  for (const own of [true, false, true]) tally.add('mqtt', 'unknown', { address: '127.0.0.1', own });
  assert.deepEqual(
    tally.drain().map(({ source, own, count }) => [source, own, count]),
    [
      ['127.0.0.0/24', true, 2],
      ['127.0.0.0/24', false, 1],
    ],
  );
});

test('RefusalTally keeps a bounded number of networks and puts the rest under other', () => {
  const tally = new RefusalTally();
  for (let i = 0; i < MAX_TALLIED_SOURCES + 500; i++) {
    tally.add('mqtt', 'no-certificate', from(`10.${i >> 8}.${i & 255}.1`));
  }
  tally.add('mqtt', 'no-certificate', from('10.0.0.9'));
  const counts = tally.drain();
  assert.equal(counts.length, MAX_TALLIED_SOURCES + 1);
  assert.deepEqual(counts[0], { listener: 'mqtt', reason: 'no-certificate', source: 'other', own: false, count: 500 });
  assert.equal(counts.find((c) => c.source === '10.0.0.0/24')?.count, 2);
});

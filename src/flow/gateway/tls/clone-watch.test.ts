import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CloneWatch } from './clone-watch.ts';
import type { CloneAnswer, Sighting } from './clone-watch.ts';

function watch(answer: CloneAnswer = 'alert') {
  let now = 0;
  const clones = new CloneWatch({ monotonicMs: () => now }, () => answer);
  const arrive = (id: string, more: Partial<Sighting> = {}): void =>
    clones.arrived({ id, device: 'a', serial: '0A', address: '192.0.2.1', stack: 'x', ...more });
  const after = (ms: number) => {
    now += ms;
    return clones.sweep();
  };
  return { clones, arrive, after };
}

test('CloneWatch finds one certificate at two addresses, after a moment of grace, once a minute', () => {
  const { arrive, after, clones } = watch();
  arrive('1');
  arrive('2', { address: '192.0.2.2' });
  assert.deepEqual(after(1_999), []);
  const [event] = after(1);
  assert.deepEqual(event, {
    device: 'a',
    serial: '0A',
    why: 'address',
    addresses: ['192.0.2.1', '192.0.2.2'],
    cut: [],
  });
  assert.deepEqual(after(30_000), []);
  assert.equal(after(30_000).length, 1, 'it goes on');
  clones.left('2');
  assert.deepEqual(after(120_000), []);
});

test('CloneWatch leaves alone what one device does', () => {
  const { arrive, after, clones } = watch();
  arrive('publishes');
  arrive('subscribes');
  arrive('resumed', { stack: null });
  arrive('another certificate', { serial: '0B', address: '192.0.2.9' });
  assert.deepEqual(after(10_000), []);
  // It moves: the old connection is gone within the moment of grace.
  arrive('moved', { serial: '0B', address: '192.0.2.10' });
  clones.left('another certificate');
  assert.deepEqual(after(10_000), []);
  clones.left('nobody');
});

test('CloneWatch tells two TLS stacks at one address apart', () => {
  const { arrive, after } = watch();
  arrive('1');
  arrive('2', { stack: 'y' });
  assert.equal(after(2_000)[0]?.why, 'tls');
});

test('CloneWatch cuts what the template says, each time', () => {
  for (const [answer, expected] of [
    ['cut-newer', ['2']],
    ['cut-both', ['1', '2']],
  ] as const) {
    const { arrive, after, clones } = watch(answer);
    arrive('1');
    arrive('2', { address: '192.0.2.2' });
    assert.deepEqual(after(2_000)[0]?.cut, expected);
    for (const id of expected) clones.left(id);
    assert.deepEqual(after(2_000), []);
    arrive('3', { address: '192.0.2.2' });
    if (answer === 'cut-newer') assert.deepEqual(after(2_000)[0]?.cut, ['3'], 'it comes back and goes again');
  }
});

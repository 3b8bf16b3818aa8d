import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CloneWatch } from './clone-watch.ts';
import type { CloneAnswer, Sighting } from './clone-watch.ts';

function watch(answer: CloneAnswer = 'alert') {
  let now = 0;
  const clones = new CloneWatch({ monotonicMs: () => now }, () => answer);
  const arrive = (id: string, more: Partial<Sighting> = {}): void =>
    clones.arrived({ id, device: 'a', serial: '0A', address: '192.0.2.1', stack: 'x', ...more });
  const visit = (id: string, address: string, ms = 5_000): void => {
    now += ms;
    clones.visited({ id, device: 'a', serial: '0A', address, stack: null });
    clones.left(id);
  };
  const after = (ms: number) => {
    now += ms;
    return clones.sweep();
  };
  return { clones, arrive, visit, after };
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
    shut: [],
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

const [HOME, AWAY] = ['192.0.2.1', '192.0.2.2'];

test('CloneWatch finds a certificate that comes over HTTPS from two addresses in turn', () => {
  const { visit, after } = watch('cut-newer');
  for (const [at, address] of [HOME, AWAY, HOME].entries()) visit(`${at}`, address);
  assert.deepEqual(after(0), [], 'it went and came back once');
  visit('3', AWAY);
  assert.deepEqual(after(0), [
    { device: 'a', serial: '0A', why: 'address', addresses: [HOME, AWAY], cut: ['3'], shut: [AWAY] },
  ]);
});

test('CloneWatch leaves a device alone that moves, or publishes over HTTPS where it is', () => {
  const { visit, arrive, after, clones } = watch('cut-both');
  for (const [at, address] of [HOME, HOME, AWAY, AWAY, HOME].entries()) visit(`${at}`, address);
  for (const [at, ms] of [400_000, 400_000, 400_000].entries()) visit(`slow ${at}`, at % 2 === 0 ? AWAY : HOME, ms);
  arrive('mqtt');
  for (const at of [1, 2, 3]) visit(`beside ${at}`, HOME);
  assert.deepEqual(after(10_000), []);
  clones.left('mqtt');
});

test('CloneWatch finds a certificate over HTTPS beside an MQTT connection elsewhere, and cuts both', () => {
  const { arrive, visit, after, clones } = watch('cut-both');
  arrive('mqtt');
  visit('1', AWAY);
  clones.visited({ id: '2', device: 'a', serial: '0A', address: AWAY, stack: null });
  const [event] = after(1_000);
  assert.deepEqual([event?.why, event?.addresses, event?.shut], ['address', [HOME, AWAY], [HOME, AWAY]]);
  assert.deepEqual(event?.cut, ['mqtt', '2']);
});

test('CloneWatch answers two counters by the connections that there are', () => {
  for (const [answer, expected] of [
    ['alert', []],
    ['cut-newer', ['2']],
    ['cut-both', ['1', '2']],
  ] as const) {
    const { arrive, after, clones } = watch(answer);
    arrive('1');
    after(1);
    arrive('2', { serial: '0B' });
    arrive('other', { device: 'b', serial: '0C' });
    clones.interleaved('a');
    clones.interleaved('a');
    const events = after(1);
    assert.equal(events.length, answer === 'alert' ? 1 : 2);
    const [event] = events;
    assert.deepEqual([event?.why, event?.serial, event?.cut], ['seq', '0B', expected]);
    assert.deepEqual(clones.connectionsOf('a'), ['1', '2']);
  }
  const { clones, after } = watch('cut-newer');
  clones.interleaved('a');
  assert.deepEqual(after(1)[0]?.cut, [], 'nobody is connected');
});

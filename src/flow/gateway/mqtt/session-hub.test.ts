import assert from 'node:assert/strict';
import { test } from 'node:test';
import { millis } from '#base/core/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { HubClient } from './hub-client.ts';
import type { FromHub, HubLine, ToHub } from './hub-message.ts';
import { SessionHub } from './session-hub.ts';
import { Session } from './session.ts';
import type { Command } from './session.ts';

function pair(): { hub: HubLine<FromHub, ToHub>; worker: HubLine<ToHub, FromHub>; close: () => void } {
  const toHub: ((m: ToHub) => void)[] = [];
  const toWorker: ((m: FromHub) => void)[] = [];
  const closing: (() => void)[] = [];
  return {
    hub: {
      post: (m) => queueMicrotask(() => toWorker.forEach((f) => f(structuredClone(m)))),
      listen: (f, c) => (toHub.push(f), closing.push(c)),
    },
    worker: {
      post: (m) => queueMicrotask(() => toHub.forEach((f) => f(structuredClone(m)))),
      listen: (f, c) => (toWorker.push(f), closing.push(c)),
    },
    close: () => closing.forEach((c) => c()),
  };
}

function setup() {
  const clock = frozenClock();
  const undelivered: string[] = [];
  const delivered: string[] = [];
  const hub = new SessionHub({
    clock,
    parkedPerDevice: 2,
    events: {
      delivered: (_, id) => delivered.push(id),
      undelivered: (_, id, reason) => undelivered.push(`${id} ${reason}`),
    },
  });
  const worker = () => {
    const heard: string[] = [];
    const ends = pair();
    hub.attach(ends.hub);
    const client = new HubClient(ends.worker, {
      yield: (key, generation) => heard.push(`yield ${key} ${generation}`),
      command: (key, command) => heard.push(`command ${key} ${command.id}`),
      will: (will) => heard.push(`will ${will.device}`),
      expired: (key) => heard.push(`expired ${key}`),
    });
    return { client, heard, close: ends.close };
  };
  return { clock, hub, worker, undelivered, delivered };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

function session(generation: number, clientId = 'c'): Session {
  const made = new Session('d', clientId, generation, 60);
  made.subscriptions.set('commands/d/#', { filter: 'commands/d/#', qos: 1, id: null, retainAsPublished: false });
  return made;
}

function command(id: string, change: Partial<Command> = {}): Command {
  return {
    id,
    topic: 'commands/d/do',
    payload: Uint8Array.of(1),
    retain: 'no',
    contentType: null,
    expires: null,
    ...change,
  };
}

test('a command that was under way when the gateway ended goes on under its packet id, or not at all', async () => {
  const { hub, worker, delivered } = setup();
  const sent = { packetId: 7, id: 'a', qos: 2, taken: false, command: null } as const;
  const taken = { packetId: 8, id: 'b', qos: 2, taken: true, command: null } as const;
  hub.restore([{ ...session(3).snapshot(), inFlight: [sent, taken] }]);
  assert.equal(hub.send('d', command('a')), 1);
  assert.equal(hub.send('d', command('b')), 1);
  assert.equal(hub.send('d', command('c')), 1);
  assert.deepEqual(delivered, ['b'], 'control had not heard of it yet');
  const { snapshot } = await worker().client.claim('d/c', 'd', false);
  assert.deepEqual(
    snapshot?.inFlight.map(({ packetId, id, command: kept }) => [packetId, id, kept?.id ?? null]),
    [
      [7, 'a', 'a'],
      [8, 'b', null],
    ],
  );
  assert.deepEqual(
    snapshot?.queue.map(({ id }) => id),
    ['c'],
  );
});

test('a second claim waits until the first worker has given the session up', async () => {
  const { worker } = setup();
  const [a, b] = [worker(), worker()];
  assert.deepEqual(await a.client.claim('d/c', 'd', false), { generation: 1, follows: false, snapshot: null });
  const second = b.client.claim('d/c', 'd', false);
  await settle();
  assert.deepEqual(a.heard, ['yield d/c 1']);
  const state = session(1);
  state.received.add(77);
  a.client.release('d/c', 1, state.snapshot(), null);
  const claimed = await second;
  assert.equal(claimed.generation, 2);
  assert.deepEqual(claimed.snapshot?.received, [77]);
});

test('a claim with a clean start gets nothing of what was', async () => {
  const { worker } = setup();
  const { client } = worker();
  await client.claim('d/c', 'd', false);
  client.release('d/c', 1, session(1).snapshot(), null);
  assert.deepEqual(await client.claim('d/c', 'd', true), { generation: 2, follows: true, snapshot: null });
});

test('claims of a worker that hangs or is gone pass on', async () => {
  const { clock, hub, worker } = setup();
  const [a, b] = [worker(), worker()];
  await a.client.claim('d/c', 'd', false);
  const second = b.client.claim('d/c', 'd', false);
  await settle();
  clock.advance(millis(5_000));
  hub.sweep();
  assert.equal((await second).generation, 2);
  a.client.release('d/c', 1, session(1).snapshot(), null);
  await settle();
  assert.deepEqual(hub.counts(), { live: 1, parked: 0 });
  b.close();
  assert.deepEqual(hub.counts(), { live: 0, parked: 0 });
  await assert.rejects(b.client.claim('d/c', 'd', false), { code: 'GATEWAY_HUB_CLOSED' });
});

test('a parked session ends when its time is over, and its commands are undelivered', async () => {
  const { clock, hub, worker, undelivered } = setup();
  const { client, heard } = worker();
  await client.claim('d/c', 'd', false);
  client.release('d/c', 1, session(1).snapshot(), null);
  await settle();
  assert.equal(hub.send('d', command('x')), 1);
  assert.equal(hub.send('d', command('y', { topic: 'commands/d' })), 1);
  assert.equal(hub.send('other', command('z')), 0);
  clock.advance(millis(59_999));
  hub.sweep();
  assert.deepEqual(hub.counts(), { live: 0, parked: 1 });
  clock.advance(millis(1));
  hub.sweep();
  await settle();
  assert.deepEqual(heard, ['expired d/c']);
  assert.deepEqual(undelivered, ['x session-expired', 'y session-expired']);
  assert.equal((await client.claim('d/c', 'd', false)).snapshot, null);
});

test('a delayed will is recorded unless the session comes back first', async () => {
  const { clock, hub, worker } = setup();
  const { client, heard } = worker();
  const will = { device: 'd', client: 'c', detail: '', delaySeconds: 10 };
  await client.claim('d/c', 'd', false);
  client.release('d/c', 1, session(1).snapshot(), will);
  await settle();
  clock.advance(millis(9_999));
  hub.sweep();
  await client.claim('d/c', 'd', false);
  clock.advance(millis(60_000));
  hub.sweep();
  await settle();
  assert.deepEqual(heard, []);
  client.release('d/c', 2, session(2).snapshot(), will);
  await settle();
  clock.advance(millis(10_000));
  hub.sweep();
  hub.sweep();
  await settle();
  assert.deepEqual(heard, ['will d']);
});

test('a command reaches live sessions, waits for parked ones and is retained where asked', async () => {
  const { clock, hub, worker } = setup();
  const { client, heard } = worker();
  await client.claim('d/c', 'd', false);
  assert.equal(hub.send('d', command('x', { retain: 'keep' })), 1);
  await settle();
  assert.deepEqual(heard, ['command d/c x']);
  client.release('d/c', 1, session(1).snapshot(), null);
  await settle();
  hub.send('d', command('y', { retain: 'keep' }));
  const claimed = await client.claim('d/c', 'd', false);
  assert.deepEqual(
    claimed.snapshot?.queue.map(({ id }) => id),
    ['y'],
  );
  assert.deepEqual(
    (await client.retained('d')).map(({ id }) => id),
    ['y'],
  );
  hub.send('d', command('w', { retain: 'keep', topic: 'commands/d/a', expires: clock.now() }));
  hub.send('d', command('v', { retain: 'keep', payload: new Uint8Array() }));
  assert.deepEqual(await client.retained('d'), []);
});

test('a session whose like has ended counts on, so that its end is not taken for the end of both', async () => {
  const { clock, hub, worker } = setup();
  const { client } = worker();
  const claim = async () => (await client.claim('d/c', 'd', false)).generation;
  hub.restore([session(7, 'other').snapshot()]);
  assert.equal(await claim(), 1);
  client.release('d/c', 1, null, null);
  assert.equal(await claim(), 2, 'it ended with its connection');
  client.release('d/c', 2, session(2).snapshot(), null);
  await settle();
  clock.advance(millis(60_000));
  hub.sweep();
  assert.equal(await claim(), 8, 'its time was over, as was that of another');
  const { follows } = await client.claim('d/new', 'd', false);
  assert.equal(follows, false);
});

test('a will whose session goes because there are too many is recorded', async () => {
  const { worker } = setup();
  const { client, heard } = worker();
  const will = { device: 'd', client: 'c1', detail: '', delaySeconds: 10 };
  for (const id of ['c1', 'c2', 'c3']) {
    await client.claim(`d/${id}`, 'd', false);
    client.release(`d/${id}`, 1, session(1, id).snapshot(), id === 'c1' ? will : null);
  }
  await settle();
  assert.deepEqual(heard, ['will d', 'expired d/c1']);
});

test('parked sessions of one device are bounded: the oldest goes', async () => {
  const { hub, worker } = setup();
  const { client } = worker();
  for (const id of ['c1', 'c2', 'c3']) {
    await client.claim(`d/${id}`, 'd', false);
    client.release(`d/${id}`, 1, session(1, id).snapshot(), null);
  }
  await settle();
  assert.deepEqual(hub.counts(), { live: 0, parked: 2 });
  assert.equal((await client.claim('d/c1', 'd', false)).snapshot, null);
});

test('restore() makes sessions of the journal available', async () => {
  const { hub, worker } = setup();
  hub.restore([session(7).snapshot()]);
  const claimed = await worker().client.claim('d/c', 'd', false);
  assert.equal(claimed.generation, 8);
  assert.equal(claimed.snapshot?.subscriptions.length, 1);
});

test('restore() has the journal that keeps a session let it go once another has its newer state', async () => {
  const { hub, worker } = setup();
  const ends = pair();
  const heard: string[] = [];
  hub.attach(ends.hub);
  const first = new HubClient(ends.worker, {
    yield: () => {},
    command: () => {},
    will: () => {},
    expired: (key, generation) => heard.push(`expired ${key} ${generation}`),
  });
  hub.restore([session(3).snapshot()], ends.hub);
  const other = worker();
  const claimed = await other.client.claim('d/c', 'd', false);
  assert.equal(claimed.generation, 4);
  assert.deepEqual(heard, []);
  other.client.release('d/c', 4, session(4).snapshot(), null);
  await settle();
  assert.deepEqual(heard, ['expired d/c 3']);
  assert.equal((await first.claim('d/c', 'd', false)).generation, 5);
});

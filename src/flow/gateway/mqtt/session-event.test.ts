import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeSessionChange, encodeSessionChange, recoverSessions } from './session-event.ts';
import type { SessionChange } from './session-event.ts';
import { Session } from './session.ts';
import type { SessionSnapshot } from './session.ts';

function snapshot(generation: number, received: number[] = []): SessionSnapshot {
  const session = new Session('truck-7', 'c1', generation, 60);
  session.subscriptions.set('commands/truck-7/#', {
    filter: 'commands/truck-7/#',
    qos: 1,
    id: 4,
    retainAsPublished: false,
  });
  for (const id of received) session.received.add(id);
  return session.snapshot();
}

const event = (change: SessionChange) => ({ session: 'truck-7/c1', event: encodeSessionChange(change) });

test('encodeSessionChange() round-trips every kind', () => {
  const changes: SessionChange[] = [
    { kind: 'state', snapshot: snapshot(3, [7, 9]) },
    { kind: 'received', generation: 3, packetId: 65_535 },
    { kind: 'released', generation: 4_000_000_000, packetId: 1 },
    { kind: 'ended', generation: 1 },
  ];
  for (const change of changes) {
    assert.deepEqual(decodeSessionChange('truck-7/c1', encodeSessionChange(change)), change);
  }
});

test('decodeSessionChange() refuses every truncation', () => {
  for (const change of [
    { kind: 'state', snapshot: snapshot(3) },
    { kind: 'received', generation: 3, packetId: 5 },
  ] as const) {
    const whole = encodeSessionChange(change);
    for (let length = 0; length < whole.length; length++) {
      assert.throws(() => decodeSessionChange('truck-7/c1', whole.subarray(0, length)), {
        code: 'GATEWAY_SESSION_EVENT_INVALID',
      });
    }
  }
});

test('recoverSessions() keeps ids that were received and not released', () => {
  const [session] = recoverSessions([
    event({ kind: 'state', snapshot: snapshot(1, [1]) }),
    event({ kind: 'received', generation: 1, packetId: 2 }),
    event({ kind: 'received', generation: 1, packetId: 3 }),
    event({ kind: 'released', generation: 1, packetId: 2 }),
  ]);
  assert.deepEqual(session?.received, [1, 3]);
  assert.equal(session?.subscriptions.length, 1);
});

test('recoverSessions() believes the highest generation, in whatever order workers are read', () => {
  const old = [
    event({ kind: 'state', snapshot: snapshot(1) }),
    event({ kind: 'received', generation: 1, packetId: 2 }),
    event({ kind: 'ended', generation: 1 }),
  ];
  const young = [
    event({ kind: 'state', snapshot: snapshot(2, [5]) }),
    event({ kind: 'received', generation: 2, packetId: 6 }),
  ];
  for (const order of [
    [...old, ...young],
    [...young, ...old],
  ]) {
    assert.deepEqual(
      recoverSessions(order).map(({ generation, received }) => ({ generation, received })),
      [{ generation: 2, received: [5, 6] }],
    );
  }
});

test('recoverSessions() forgets what has ended, by its own connection or a later one', () => {
  assert.deepEqual(
    recoverSessions([event({ kind: 'ended', generation: 2 }), event({ kind: 'state', snapshot: snapshot(1) })]),
    [],
  );
  assert.deepEqual(
    recoverSessions([event({ kind: 'state', snapshot: snapshot(1) }), event({ kind: 'ended', generation: 1 })]),
    [],
  );
});

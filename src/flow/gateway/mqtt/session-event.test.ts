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
    { kind: 'sent', generation: 2, packetId: 300, command: '0193f2-straße' },
    { kind: 'taken', generation: 2, packetId: 300 },
    { kind: 'completed', generation: 2, packetId: 300 },
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

test('decodeSessionChange() refuses a kind that nobody knows, and a packet id with something behind it', () => {
  for (const bytes of [
    [1, 99, 0, 0, 0, 1, 0, 5],
    [1, 2, 0, 0, 0, 1, 0, 5, 0],
    [1, 5, 0, 0, 0, 1, 0, 5],
  ]) {
    assert.throws(() => decodeSessionChange('truck-7/c1', Uint8Array.from(bytes)), {
      code: 'GATEWAY_SESSION_EVENT_INVALID',
    });
  }
});

test('a state keeps commands of QoS 2 by id, and one of before there were any reads as none', () => {
  const sent = { packetId: 9, id: 'x', qos: 2, taken: true, command: null } as const;
  const state = { ...snapshot(1), inFlight: [{ ...sent, packetId: 8, qos: 1 } as const, sent] };
  const [recovered] = recoverSessions([event({ kind: 'state', snapshot: state })]);
  assert.deepEqual(recovered?.inFlight, [sent], 'those of QoS 1 come anew from control');
  const old = Buffer.from(encodeSessionChange({ kind: 'state', snapshot: snapshot(1) }));
  const body = JSON.parse(old.subarray(6).toString()) as { sent?: unknown };
  delete body.sent;
  const before = Buffer.concat([old.subarray(0, 6), Buffer.from(JSON.stringify(body))]);
  assert.deepEqual(recoverSessions([{ session: 'truck-7/c1', event: before }])[0]?.inFlight, []);
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

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeSessionChange, recoverSessions } from './session-event.ts';
import type { SessionChange } from './session-event.ts';
import { SessionLedger } from './session-ledger.ts';
import { Session } from './session.ts';

function state(generation: number, received: readonly number[] = []): SessionChange {
  const session = new Session('truck-7', 'c1', generation, 60);
  for (const id of received) session.received.add(id);
  return { kind: 'state', snapshot: session.snapshot() };
}

const event = (change: SessionChange) => ({ session: 'truck-7/c1', event: encodeSessionChange(change) });

function ledgerOf(changes: readonly SessionChange[]): SessionLedger {
  const ledger = new SessionLedger();
  for (const change of changes) ledger.note('truck-7/c1', encodeSessionChange(change));
  return ledger;
}

test('SessionLedger.events() recovers the same sessions as all that was recorded', () => {
  const changes: SessionChange[] = [
    state(1, [5, 6]),
    { kind: 'received', generation: 1, packetId: 7 },
    { kind: 'received', generation: 1, packetId: 8 },
    { kind: 'released', generation: 1, packetId: 7 },
    // One that came with the state: it must not come back with the next file.
    { kind: 'released', generation: 1, packetId: 5 },
    { kind: 'sent', generation: 1, packetId: 11, command: 'reboot' },
    { kind: 'sent', generation: 1, packetId: 12, command: 'update' },
    { kind: 'sent', generation: 1, packetId: 13, command: 'open' },
    { kind: 'taken', generation: 1, packetId: 12 },
    { kind: 'completed', generation: 1, packetId: 13 },
  ];
  const recovered = recoverSessions(ledgerOf(changes).events());
  assert.deepEqual(recovered, recoverSessions(changes.map(event)));
  assert.deepEqual(recovered[0]?.received, [6, 8]);
  assert.deepEqual(recovered[0].inFlight, [
    { packetId: 11, id: 'reboot', qos: 2, taken: false, command: null },
    { packetId: 12, id: 'update', qos: 2, taken: true, command: null },
  ]);
});

test('SessionLedger forgets a session that ended, and not one that followed it', () => {
  const ended: SessionChange = { kind: 'ended', generation: 1 };
  assert.deepEqual(ledgerOf([state(1), ended]).events(), []);
  assert.equal(ledgerOf([state(1), state(2), ended]).events().length, 1);
  assert.deepEqual(ledgerOf([{ kind: 'received', generation: 1, packetId: 1 }]).events(), []);
});

test('SessionLedger keeps the sessions of an earlier start from its first file on', () => {
  const recovered = recoverSessions([event(state(3, [9]))]);
  const ledger = new SessionLedger(recovered);
  assert.deepEqual(recoverSessions(ledger.events()), recovered);
  ledger.note('truck-7/c1', encodeSessionChange({ kind: 'released', generation: 3, packetId: 9 }));
  assert.deepEqual(recoverSessions(ledger.events())[0]?.received, []);
  ledger.note('truck-7/c1', encodeSessionChange({ kind: 'ended', generation: 3 }));
  assert.deepEqual(ledger.events(), []);
});

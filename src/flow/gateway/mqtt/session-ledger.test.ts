import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeSessionChange, recoverSessions } from './session-event.ts';
import type { SessionChange } from './session-event.ts';
import { SessionLedger } from './session-ledger.ts';

const snapshot = {
  key: 'truck-1/a',
  device: 'truck-1',
  clientId: 'a',
  generation: 1,
  expirySeconds: 60,
  received: [],
  subscriptions: [],
  inFlight: [],
  queue: [],
};

test('SessionLedger.events() recovers the same sessions as all that was recorded', () => {
  const changes: SessionChange[] = [
    { kind: 'state', snapshot },
    { kind: 'received', generation: 1, packetId: 7 },
    { kind: 'received', generation: 1, packetId: 8 },
    { kind: 'released', generation: 1, packetId: 7 },
  ];
  const ledger = new SessionLedger();
  const all = changes.map((change) => ({ session: snapshot.key, event: encodeSessionChange(change) }));
  for (const { session, event } of all) ledger.note(session, event);
  assert.equal(ledger.events().length, 2);
  assert.deepEqual(recoverSessions(ledger.events()), recoverSessions(all));
});

test('SessionLedger forgets a session that ended', () => {
  const ledger = new SessionLedger();
  ledger.note(snapshot.key, encodeSessionChange({ kind: 'state', snapshot }));
  ledger.note(snapshot.key, encodeSessionChange({ kind: 'ended', generation: 1 }));
  assert.deepEqual(ledger.events(), []);
});

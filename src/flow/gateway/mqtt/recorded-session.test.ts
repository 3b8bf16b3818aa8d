import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecordedSession } from './recorded-session.ts';
import { Session } from './session.ts';

test('RecordedSession follows packet ids from the state on, both ways', () => {
  const recorded = new RecordedSession(new Session('truck-7', 'c1', 2, 60).snapshot());
  recorded.apply({ kind: 'received', generation: 2, packetId: 1 });
  recorded.apply({ kind: 'received', generation: 2, packetId: 2 });
  recorded.apply({ kind: 'released', generation: 2, packetId: 1 });
  recorded.apply({ kind: 'sent', generation: 2, packetId: 5, command: 'a' });
  recorded.apply({ kind: 'taken', generation: 2, packetId: 5 });
  recorded.apply({ kind: 'completed', generation: 2, packetId: 5 });
  // A packet id is used again for the next command.
  recorded.apply({ kind: 'sent', generation: 2, packetId: 5, command: 'b' });
  recorded.apply({ kind: 'taken', generation: 2, packetId: 77 });
  const { received, inFlight } = recorded.snapshot();
  assert.deepEqual(received, [2]);
  assert.deepEqual(inFlight, [{ packetId: 5, id: 'b', qos: 2, taken: false, command: null }]);
});

test('RecordedSession passes over what another connection of the session did', () => {
  const recorded = new RecordedSession(new Session('truck-7', 'c1', 2, 60).snapshot());
  recorded.apply({ kind: 'received', generation: 1, packetId: 1 });
  recorded.apply({ kind: 'sent', generation: 3, packetId: 1, command: 'a' });
  assert.deepEqual([recorded.snapshot().received, recorded.snapshot().inFlight], [[], []]);
});

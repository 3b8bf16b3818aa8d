import assert from 'node:assert/strict';
import { test } from 'node:test';
import { logEvent, shownEvent } from './log-event.ts';
import { entryAt } from './testing.ts';

const fieldsOf = (event: Parameters<typeof entryAt>[1]) => Object.fromEntries(logEvent(entryAt(1, event)).fields);

test('logEvent() finds device, stream, networks and people wherever an entry names them', () => {
  assert.deepEqual(
    fieldsOf({
      actor: 'weir:gateway',
      action: 'clone-alert',
      resource: 'device:truck-3',
      reason: 'address',
      detail: { serial: '01', older: '203.0.113.0/24', newer: '198.51.100.0/24', cut: 1 },
    }),
    {
      outcome: ['denied'],
      reason: ['address'],
      actor: ['weir:gateway'],
      kind: ['device'],
      name: ['truck-3'],
      device: ['truck-3'],
      address: ['203.0.113.0/24', '198.51.100.0/24'],
    },
  );
  assert.deepEqual(fieldsOf({ resource: 'stream:-', action: 'refuse-readings', reason: 'range' })['stream'], undefined);
  assert.deepEqual(fieldsOf({ actor: 'device:pump-1' })['device'], ['pump-1']);
  assert.equal(fieldsOf({ actor: 'anonymous' })['actor'], undefined);
  assert.deepEqual(fieldsOf({ action: 'connect', detail: { source: '127.0.0.0/24', count: 7 } })['address'], [
    '127.0.0.0/24',
  ]);
});

test('logEvent() knows how many an entry stands for, and who is the prober', () => {
  const of = (detail: Record<string, number>) => logEvent(entryAt(1, { detail })).count;
  assert.deepEqual([of({ count: 7 }), of({ count: 0 }), of({})], [7, 1, 1]);
  assert.equal('fields' in shownEvent(logEvent(entryAt(1, {}))), false);
  assert.equal(logEvent(entryAt(1, { actor: 'weir:prover' })).ofProber, true);
  assert.equal(logEvent(entryAt(1, { resource: 'device:_probe' })).ofProber, false);
});

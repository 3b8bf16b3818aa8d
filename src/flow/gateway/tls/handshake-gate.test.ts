import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HandshakeGate } from './handshake-gate.ts';

test('HandshakeGate keeps room for other networks', () => {
  const gate = new HandshakeGate({ total: 3, perSource: 2 });
  const first = gate.enter('192.0.2.1');
  assert.ok(first);
  assert.ok(gate.enter('192.0.2.2'));
  assert.equal(gate.enter('192.0.2.3'), null);
  assert.ok(gate.enter('198.51.100.1'));
  assert.equal(gate.enter('203.0.113.1'), null);
  first();
  first();
  assert.equal(gate.underWay, 2);
  assert.ok(gate.enter('192.0.2.3'));
});

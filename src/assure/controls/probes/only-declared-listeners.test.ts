import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertTurnsRed, soundPlatform } from '../testing.ts';
import { onlyDeclaredListeners } from './only-declared-listeners.ts';

const mqtt = { port: 8883, loopback: true };

test('onlyDeclaredListeners turns red', () =>
  assertTurnsRed(onlyDeclaredListeners, {
    'another port is open': { listening: async () => [mqtt, { port: 9229, loopback: true }] },
    'a loopback port is open to all': { listening: async () => [{ port: 8883, loopback: false }] },
    'a declared port is closed': { listening: async () => [] },
    'nothing is declared': { status: async () => ({}) },
  }));

test('onlyDeclaredListeners cannot be tried where the system does not say', async () => {
  const platform = soundPlatform({ listening: async () => null });
  const { outcome } = await onlyDeclaredListeners.probe(platform, new AbortController().signal);
  assert.equal(outcome, 'not-applicable');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Control } from './control.ts';
import { judge } from './control.ts';
import { CONTROLS } from './register.ts';
import { assertTurnsRed, soundPlatform } from './testing.ts';

test('soundPlatform() keeps every promise', async () => {
  const { signal } = new AbortController();
  for (const { id, probe } of CONTROLS) {
    const { outcome, evidence } = await probe(soundPlatform(), signal);
    assert.equal(outcome, 'pass', `${id}: ${JSON.stringify(evidence)}`);
  }
});

test('assertTurnsRed() is not content with a probe that cannot fail, or cannot pass', async () => {
  const control = (holds: boolean): Control => ({
    id: 'a-control',
    row: 1,
    covers: 'part',
    statement: 'it holds',
    requirements: ['gdpr:32'],
    probe: async () => judge({ it: holds }, {}),
  });
  await assert.rejects(assertTurnsRed(control(true), { 'it is broken': {} }));
  await assert.rejects(assertTurnsRed(control(false), { 'it is broken': {} }));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import { noteSigner, parseNoteVerifier } from '#base/crypto/index.ts';
import { testEvent, testKey } from '../../../test/support/open-audit-log.ts';
import { encodeEntry } from './entry.ts';
import { choiceEvent, choiceOf, keysWanted, lastChoice } from './signature-choice.ts';

const entry = (event: Parameters<typeof encodeEntry>[0]['event']) => encodeEntry({ time: micros(1), event });
const both = { algorithms: ['ed25519', 'ml-dsa-65'] } as const;

test('choiceOf() reads what choiceEvent() says, and nothing out of other entries', () => {
  assert.deepEqual(choiceOf(entry(choiceEvent('weir:control', both))), both);
  assert.equal(choiceOf(entry(testEvent(1))), null);
  const event = choiceEvent('weir:control', both);
  for (const other of [
    { ...event, resource: 'log:other' },
    { ...event, action: 'query', detail: { note: '"action":"choose-signatures"' } },
    { ...event, detail: { algorithms: 'none' } },
    { ...event, detail: { algorithms: 5 } },
    { ...event, detail: {} },
  ]) {
    assert.equal(choiceOf(entry(other)), null);
  }
});

test('lastChoice() is the last of them', () => {
  const one = entry(choiceEvent('weir:control', { algorithms: ['ed25519'] }));
  const two = entry(choiceEvent('weir:control', both));
  assert.deepEqual(lastChoice([one, entry(testEvent(1)), two, entry(testEvent(2))]), both);
  assert.equal(lastChoice([entry(testEvent(1))]), null);
});

test('keysWanted() are those of the choice, or all', () => {
  const keys = (['ed25519', 'ml-dsa-65'] as const).map((algorithm) =>
    parseNoteVerifier(noteSigner('weir/trial', testKey(algorithm)).verifierKey),
  );
  assert.equal(keysWanted(keys, null).length, 2);
  assert.deepEqual(keysWanted(keys, { algorithms: ['ml-dsa-65'] }), [keys[1]]);
});

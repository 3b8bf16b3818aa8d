import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findingsOf, makeTemplate } from '../../../test/support/make-template.ts';
import { buildCrypto, cryptoRules, STANDARD_CRYPTO } from './crypto-rules.ts';

const NOTHING = 'devices: { reefer: {} }';

test('cryptoRules() are the standard where a template says nothing, and what it says where it does', () => {
  assert.deepEqual(cryptoRules(makeTemplate(NOTHING)), STANDARD_CRYPTO);
  const said = makeTemplate(`${NOTHING}\ncrypto: { certificates: ml-dsa-65 }`);
  assert.deepEqual(cryptoRules(said), { checkpoints: ['ed25519', 'ml-dsa-65'], certificates: 'ml-dsa-65' });
});

test('buildCrypto() has the lines of a checkpoint in the order of the table', () => {
  assert.deepEqual(buildCrypto({ checkpoints: ['ml-dsa-65', 'ed25519'] }).checkpoints, ['ed25519', 'ml-dsa-65']);
});

test('a wrong algorithm is named with its place and the nearest right one', () => {
  const diagnose = (crypto: string) => findingsOf(`devices: { reefer: {} }\ncrypto: ${crypto}`);
  assert.deepEqual(diagnose('{ certificates: ml-dsa-56 }'), ['TEMPLATE_WORD_UNKNOWN 4:25 ~ml-dsa-65']);
  assert.deepEqual(diagnose('{ checkpoints: [ed25519, ml-dsa] }').length, 1);
  assert.deepEqual(diagnose('{ certificates: rsa }').length, 1);
  assert.deepEqual(diagnose('{ checkpoints: [] }').length, 1);
  assert.deepEqual(diagnose('{ checkpoints: [ed25519, ed25519] }').length, 1);
  assert.deepEqual(diagnose('{ certificate: ml-dsa-65 }'), ['TEMPLATE_KEY_UNKNOWN 4:11 ~certificates']);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALGORITHMS } from '#base/crypto/index.ts';
import { ELSEWHERE, ENCRYPTION_CAUTIONS, ENCRYPTION_PARTS, ENCRYPTION_RULES } from './encryption-rules.ts';

test('rules have ids of their own, a reason and a source, and the last of each part holds always', () => {
  const rules = ENCRYPTION_PARTS.flatMap((part) => ENCRYPTION_RULES[part]);
  const ids = [...rules, ...ENCRYPTION_CAUTIONS].map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  for (const { id, choice, why, source } of rules) assert.ok(choice !== '' && why !== '' && /[0-9]/.test(source), id);
  for (const part of ENCRYPTION_PARTS) {
    const always = ENCRYPTION_RULES[part].map(({ when }) => Object.keys(when).length === 0);
    assert.equal(always.indexOf(true), always.length - 1, part);
  }
});

test('key sizes and modes are those of the algorithms, and ciphers of others are named as such', () => {
  for (const { id, choice, algorithm, mode, keyBits } of ENCRYPTION_RULES.cipher) {
    if (algorithm === null) {
      assert.ok((ELSEWHERE as readonly string[]).includes(choice) && mode === 'ccm' && keyBits === 128, id);
    } else {
      const { parameterSet, name, ...rest } = ALGORITHMS[algorithm];
      assert.deepEqual([name, parameterSet, 'mode' in rest ? rest.mode : null], [choice, String(keyBits), mode], id);
    }
  }
});

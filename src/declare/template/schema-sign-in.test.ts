import assert from 'node:assert/strict';
import { test } from 'node:test';
import { issuer, signIn } from './schema-sign-in.ts';
import { TOKEN_ALGORITHMS } from './vocabulary.ts';

test('the schema takes neither unsigned tokens nor shared secrets', () => {
  for (const algorithm of TOKEN_ALGORITHMS) assert.doesNotMatch(algorithm, /^(none|HS|dir|A\d)/);
  assert.match(JSON.stringify(issuer), /"ES256"/);
});

test('the schema knows no key that it does not name', () => {
  assert.equal(JSON.stringify(signIn).includes('"additionalProperties":true'), false);
  assert.deepEqual(Object.keys(signIn.properties), ['session', 'idle', 'issuers']);
});

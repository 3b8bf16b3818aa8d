import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSignIn, SIGN_IN_BOUNDS, STANDARD_SIGN_IN } from './build-sign-in.ts';

test('buildSignIn() gives the standard where nothing is said, within its own bounds', () => {
  assert.deepEqual(
    buildSignIn({}, () => null),
    STANDARD_SIGN_IN,
  );
  assert.ok(STANDARD_SIGN_IN.session.idle < STANDARD_SIGN_IN.session.life);
  assert.ok(STANDARD_SIGN_IN.session.life <= SIGN_IN_BOUNDS.session);
});

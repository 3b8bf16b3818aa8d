import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CliError, refusalOf } from './errors.ts';

test('refusalOf() gives what the platform said, and nothing for other errors', () => {
  const refusal = { status: 409, code: 'IDENTITY_DEVICE_EXISTS' };
  assert.equal(refusalOf(new CliError('CLI_REFUSED', 'no', { cause: refusal })), refusal);
  assert.equal(refusalOf(new CliError('CLI_USAGE', 'no')), null);
  assert.equal(refusalOf(new Error('no')), null);
});

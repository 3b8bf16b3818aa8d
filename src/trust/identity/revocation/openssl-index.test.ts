import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import { openTrust } from '../../../../test/support/open-trust.ts';
import { formatIndexLine } from './openssl-index.ts';

test('formatIndexLine() has the six fields of openssl', async (t) => {
  const { identity } = await openTrust(t);
  const [certificate = ''] = identity.certificates.issuing;
  const line = formatIndexLine(certificate, micros(Date.UTC(2026, 0, 2, 3, 4, 5) * 1_000));
  const [state, ends, taken, serial, file, subject, ...more] = line.slice(0, -1).split('\t');
  assert.deepEqual([state, taken, file, more], ['R', '260102030405Z,cessationOfOperation', 'unknown', []]);
  assert.match(ends ?? '', /^[0-9]{12}Z$/);
  assert.match(serial ?? '', /^[0-9A-F]{32}$/);
  assert.equal(subject, `/CN=Weir issuing ${identity.deployment} 1`);
});

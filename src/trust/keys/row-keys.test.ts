import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeUtf8 } from '#base/core/index.ts';
import { systemRandom as random } from '#base/crypto/index.ts';
import { openKeys } from '../../../test/support/open-trust.ts';
import { makeKeyLog } from './key-log.ts';
import { openRowSealer } from './row-keys.ts';

test('openRowSealer() keeps one key per domain in custody, logged when it is made', async (t) => {
  const { custody, audit } = await openKeys(t);
  const log = makeKeyLog(audit);
  const before = audit.events.length;
  const people = await openRowSealer(custody, 'people', log, random);
  const [aad, text] = [encodeUtf8('row'), encodeUtf8('ada')];
  const sealed = people.seal(aad, text);
  const again = await openRowSealer(custody, 'people', log, random);
  assert.deepEqual(new Uint8Array(again.open(aad, sealed)), text);
  assert.equal(audit.events.length, before + 1);
  const machines = await openRowSealer(custody, 'catalogue', log, random);
  assert.throws(() => machines.open(aad, sealed), { code: 'CRYPTO_OPEN_FAILED' });
});

test('openRowSealer() makes no key while the log cannot be written', async (t) => {
  const { custody, audit } = await openKeys(t);
  audit.broken = true;
  await assert.rejects(openRowSealer(custody, 'people', makeKeyLog(audit), random));
  assert.ok(!(await custody.names()).includes('rows-people-1'));
});

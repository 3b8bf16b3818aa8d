import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { openAuditLog, silentLog } from '../../../../test/support/open-audit-log.ts';
import { useAlgorithms } from './use-algorithms.ts';

test('useAlgorithms() has the log and the authorities follow the template, and says where they cannot', async (t) => {
  const { log: audit } = await openAuditLog(t);
  const warned: string[] = [];
  const log = { ...silentLog, warn: (_fields: object, message: string) => void warned.push(message) };
  let isHere = true;
  const identity = { authorities: { settle: async () => isHere } };
  const template = makeTemplate('devices: { a: {} }\ncrypto: { checkpoints: [ml-dsa-65], certificates: ml-dsa-65 }');
  await useAlgorithms(template, { identity, audit, log });
  assert.deepEqual([audit.signatures, audit.size, warned], [['ml-dsa-65'], 1, []]);
  isHere = false;
  await useAlgorithms(template, { identity, audit, log });
  assert.equal(audit.size, 1);
  assert.match(warned.join(), /weir ca request/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256Hex } from '#base/crypto/index.ts';
import { recordAudit } from '../../../test/support/open-trust.ts';
import { keyDigest, makeKeyLog } from './key-log.ts';

test('makeKeyLog() writes one entry per batch with count and digest', async () => {
  const audit = recordAudit();
  const log = makeKeyLog(audit);
  await log.created('weir:store', 'keys:stream:climate', ['b', 'a']);
  await log.used({ actor: 'person:p1', resource: 'view:climate', purpose: 'quality' }, ['a']);
  await log.destroyed('weir:store', 'keys:file', ['c']);
  assert.deepEqual(audit.events[0], {
    actor: 'weir:store',
    action: 'create-keys',
    resource: 'keys:stream:climate',
    outcome: 'done',
    digest: keyDigest(['a', 'b']),
    detail: { count: 2 },
  });
  assert.deepEqual([audit.events[1]?.action, audit.events[1]?.purpose], ['use-keys', 'quality']);
  assert.equal(audit.events[2]?.action, 'destroy-keys');
});

test('keyDigest() is SHA-256 over sorted handles, a line each, whatever their order', () => {
  assert.equal(keyDigest(['b', 'a']), sha256Hex('a\nb\n'));
  assert.notEqual(keyDigest(['ab']), keyDigest(['a', 'b']));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '#base/core/index.ts';
import { eventually } from '../../../../test/support/eventually.ts';
import { openAuditLog, silentLog } from '../../../../test/support/open-audit-log.ts';
import { openTrust } from '../../../../test/support/open-trust.ts';
import { Witnessing } from './witnessing.ts';

test('Witnessing knows what was said last, and says aloud where nobody cosigns', async (t) => {
  const { log: audit } = await openAuditLog(t);
  const { identity } = await openTrust(t);
  const told: object[] = [];
  const log = { ...silentLog, error: (fields: object) => void told.push(fields) };
  const parts = { audit, identity, clock: systemClock, log };
  using witnessing = await Witnessing.settle(parts, null);
  assert.equal(witnessing.last, null);
  // Nobody listens there.
  const url = 'http://127.0.0.1:1';
  witnessing.by({ url, keys: [] });
  const last = await eventually(
    () => witnessing.last,
    (answer) => answer !== null,
  );
  assert.equal(last?.outcome, 'unreachable');
  assert.deepEqual(told[0], { url, outcome: 'unreachable' });
});

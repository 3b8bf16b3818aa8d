import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import type { AuditEvent } from '#base/core/index.ts';
import { emptyFold, foldEntry, isSuspended } from './log-fold.ts';
import type { HoldStep } from './log-fold.ts';

function fold(events: readonly (Partial<AuditEvent> & Pick<AuditEvent, 'action' | 'resource'>)[]) {
  const all = emptyFold();
  for (const [index, event] of events.entries()) {
    foldEntry(all, { index, time: micros(index), event: { actor: 'a', outcome: 'done', ...event } });
  }
  return all;
}

test('foldEntry() keeps the last word on states and every word on revocations', () => {
  const all = fold([
    { action: 'disable-device', resource: 'device:a' },
    { action: 'enable-device', resource: 'device:a' },
    { action: 'disable-device', resource: 'device:b' },
    { action: 'revoke', resource: 'device:c', reason: 'superseded', detail: { serials1: '0A 0B' } },
    { action: 'revoke', resource: 'certificate:0A', reason: 'keyCompromise', detail: { serials1: '0A' } },
    { action: 'revoke', resource: 'device-type:reefer' },
    { action: 'issue-certificate', resource: 'device:c', detail: { serial: '0A', expires: 9, issuer: 2 } },
    { action: 'disable-device', resource: 'device:d', outcome: 'failed' },
    { action: 'enrol', resource: 'device:e' },
    { action: 'quarantine-device', resource: 'device:f' },
    { action: 'contain-device', resource: 'device:f' },
    { action: 'quarantine-device', resource: 'device:g' },
  ]);
  assert.deepEqual(
    [...all.states],
    [
      ['a', 'enabled'],
      ['b', 'disabled'],
      ['f', 'contained'],
      ['g', 'quarantined'],
    ],
  );
  assert.deepEqual([...all.revokedDevices], ['c']);
  assert.deepEqual([...all.revokedTypes], [['reefer', 5]]);
  assert.deepEqual([...all.revoked.keys()], ['0A', '0B']);
  assert.equal(all.revoked.get('0A')?.reason, 'superseded', 'the first time counts');
  assert.deepEqual(all.given.get('0A'), { holder_kind: 'device', holder: 'c', created: 6, expires: 9, issuer: 2 });
});

test('isSuspended() goes through the steps in their order', () => {
  const row = { serial: '0A', holder: 'a', holder_kind: 'device', issuer: 1, created: 5, state: 'valid' };
  const suspend = (before: number): HoldStep => ({ kind: 'suspend', before });
  const confirm: HoldStep = { kind: 'confirm', target: { kind: 'device', name: 'a' } };
  const cases: [readonly HoldStep[], boolean][] = [
    [[], false],
    [[suspend(4)], false],
    [[suspend(5)], true],
    [[suspend(5), confirm], false],
    [[confirm, suspend(5)], true],
    [[suspend(5), confirm, suspend(9)], true],
    [[suspend(5), { kind: 'confirm', target: { kind: 'type', type: 'reefer' } }], false],
    [[suspend(5), { kind: 'confirm', target: { kind: 'type', type: 'plc' } }], true],
    [[suspend(5), { kind: 'confirm', target: { kind: 'serial', serial: '0B' } }], true],
    [[suspend(5), { kind: 'confirm', target: { kind: 'issuer', generation: 1 } }], false],
  ];
  for (const [steps, expected] of cases)
    assert.equal(
      isSuspended(row, steps, () => 'reefer'),
      expected,
      JSON.stringify(steps),
    );
});

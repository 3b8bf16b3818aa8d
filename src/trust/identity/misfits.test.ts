import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEVICE_NAME_PATTERN, PROBE_DEVICE } from '#base/core/index.ts';
import { MISFITS } from './misfits.ts';

test('MISFITS are each useless for one reason alone', () => {
  for (const [kind, { profile, from, to }] of Object.entries(MISFITS)) {
    const form = profile('d');
    assert.ok('subject' in form && from < to, kind);
    const wrong = {
      expired: to < 0,
      'not-yet-valid': from > 0,
      'server-only': form.kind === 'misfit',
      'unknown-device': form.subject.name !== PROBE_DEVICE,
    };
    const reasons = Object.entries(wrong).flatMap(([name, is]) => (is ? [name] : []));
    assert.deepEqual(reasons, [kind]);
  }
});

test('MISFITS name no device that a user could enrol', () => {
  for (const { profile } of Object.values(MISFITS)) {
    const form = profile('d');
    assert.ok('subject' in form && !DEVICE_NAME_PATTERN.test(form.subject.name));
  }
});

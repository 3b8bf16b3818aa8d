import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEVICE_NAME_PATTERN } from '#base/core/index.ts';
import type { AuditEvent } from '#base/core/index.ts';
import { isByProber } from './by-prober.ts';

const CASES: readonly (readonly [Partial<AuditEvent>, boolean])[] = [
  [{ actor: 'weir:prover' }, true],
  [{ actor: 'weir:prover@person:p1' }, true],
  [{ actor: 'device:_probe' }, true],
  [{ actor: 'weir:gateway', resource: 'device:_probe-off' }, true],
  [{ actor: 'weir:gateway', resource: 'stream:climate', detail: { device: '_probe' } }, true],
  [{ actor: 'weir:gateway', resource: 'stream:_probe', detail: { device: 'truck-7' } }, false],
  [{ actor: 'weir:gateway', resource: 'device:_probe', detail: { device: 'truck-7' } }, false],
  [{ actor: 'weir:gateway', resource: 'stream:_probe' }, false],
  [{ actor: 'weir:provers' }, false],
  [{ actor: 'anonymous', resource: 'device:_probe' }, false],
  [{ actor: 'person:p1', resource: 'device:_probe' }, false],
  [{ actor: 'person:weir:prover' }, false],
  [{ actor: 'device:truck-7', resource: 'device:_probe' }, false],
];

test('isByProber() knows the prober, and nobody who names it', () => {
  for (const [event, expected] of CASES) {
    const whole = { action: 'a', resource: 'platform:api', outcome: 'denied', actor: '', ...event } as const;
    assert.equal(isByProber(whole), expected, JSON.stringify(event));
  }
});

test('no device that is enrolled has a name of the prober', () => {
  for (const name of ['_probe', '_probe-2', '_']) assert.doesNotMatch(name, DEVICE_NAME_PATTERN);
});

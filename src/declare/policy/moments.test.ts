import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { DecisionPoint } from './decision-point.ts';
import { momentsOf } from './moments.ts';

const point = new DecisionPoint();
const momentsIn = (...files: string[]) =>
  momentsOf(
    files.map((text) =>
      point.policiesOf(makeTemplate('people: {r: {may: [monitor]}}\npolicies: [f.cedar]\n', { 'f.cedar': text })),
    ),
  );
const labels = (...files: string[]) => momentsIn(...files).map(({ label }) => label);
const forbid = (when: string): string => `forbid (principal, action, resource) when { ${when} };`;

test('momentsOf() has nothing but the untold moment where no policy asks for time or address', () => {
  assert.deepEqual(momentsIn(forbid('context has purpose')), [{ label: null, context: {} }]);
});

test('momentsOf() has both sides of each time of the day that is named, in any of the versions', () => {
  const from = forbid('context has time && context.time.toTime() < duration("6h")');
  const until = forbid('context has time && context.time.toTime() > duration("21h30m")');
  assert.deepEqual(labels(from, until), [
    null,
    '2024-10-04T05:59:59Z',
    '2024-10-04T06:00:01Z',
    '2024-10-04T21:29:59Z',
    '2024-10-04T21:30:01Z',
  ]);
});

test('momentsOf() has both sides of each instant, and the times of the day on either side of it', () => {
  const policy = forbid(
    'context has time && context.time < datetime("2026-07-01") && context.time.toTime() > duration("12h")',
  );
  assert.deepEqual(labels(policy), [
    null,
    '2026-06-30T11:59:59Z',
    '2026-06-30T12:00:01Z',
    '2026-06-30T23:59:59Z',
    '2026-07-01T00:00:01Z',
    '2026-07-02T11:59:59Z',
    '2026-07-02T12:00:01Z',
  ]);
});

test('momentsOf() has an address of each network that is named, and some of none', () => {
  const policy = forbid('context has address && !context.address.isInRange(ip("10.0.0.0/8"))');
  const moments = momentsIn(policy);
  assert.deepEqual(
    moments.map(({ context }) => context.address),
    [undefined, '10.0.0.0', '203.0.113.77', '2001:db8::77', '127.0.0.1'],
  );
  assert.equal(moments[1]?.label, 'from 10.0.0.0');
});

test('momentsOf() is bounded', () => {
  const hours = Array.from({ length: 24 }, (_, h) => `context.time.toTime() != duration("${h}h")`).join(' && ');
  assert.equal(momentsIn(forbid(`context has time && context has address && ${hours}`)).length, 64);
});

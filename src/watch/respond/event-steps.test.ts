import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { micros } from '#base/core/index.ts';
import type { AuditEvent } from '#base/core/index.ts';
import { logEvent } from '#watch/detect/index.ts';
import type { LogEvent } from '#watch/detect/index.ts';
import { correlate } from './correlate.ts';
import { MOST_EVENT_STEPS, withEvents } from './event-steps.ts';
import { alertOf } from './merge-finding.ts';
import { findingOf, ruleFindingOf } from './testing.ts';

const SECOND = 1_000_000;
const BEGAN = 10_000;
const NETWORK = '203.0.113.0/24';

/** An entry of the log so many seconds after the attack began. */
function entry(index: number, seconds: number, event: Partial<AuditEvent>): LogEvent {
  const whole = {
    actor: 'anonymous',
    action: 'connect',
    resource: 'listener:mqtt',
    outcome: 'denied',
    ...event,
  } as const;
  return logEvent({ index, time: micros((BEGAN + seconds) * SECOND), event: whole });
}

/** An attack: tokens are guessed from a network, then two trucks that it reached are unlike themselves. */
const ALERTS = [
  ruleFindingOf(
    { actors: ['person:eve'], about: { address: NETWORK, device: 'truck-3' } },
    { start: BEGAN * SECOND, end: (BEGAN + 100) * SECOND },
  ),
  findingOf({ device: 'truck-3', start: (BEGAN + 400) * SECOND }),
].map((finding) => alertOf(finding, 0));

const EVENTS = [
  entry(10, -890, { action: 'issue-code', resource: 'device:truck-3', actor: 'person:op', outcome: 'done' }),
  entry(11, -901, { action: 'enrol', resource: 'device:truck-3', actor: 'device:truck-3', outcome: 'allowed' }),
  ...[30, 31, 33].map((at, i) => entry(20 + i, at, { reason: 'certificate-unknown', detail: { address: NETWORK } })),
  // What the rule tells already, while it does and later.
  ...[50, 200].map((at, i) =>
    entry(24 + i, at, {
      action: 'sign-in',
      reason: 'token-unknown',
      resource: 'platform:api',
      detail: { address: NETWORK },
    }),
  ),
  entry(30, 300, { action: 'set-roles', actor: 'person:eve', resource: 'person:bob', outcome: 'done' }),
  entry(31, 310, { action: 'apply-template', actor: 'person:op', resource: 'template:main', outcome: 'done' }),
  entry(32, 320, { action: 'seal-segment', actor: 'weir:store', resource: 'device:truck-3', outcome: 'done' }),
  entry(33, 330, { action: 'use-keys', actor: 'weir:store', resource: 'stream:climate', outcome: 'allowed' }),
  entry(40, 420, { action: 'revoke', actor: 'person:op', resource: 'device:truck-3', outcome: 'done' }),
  entry(41, 1_301, { action: 'revoke', actor: 'person:op', resource: 'device:truck-3', outcome: 'done' }),
  entry(42, 430, { action: 'revoke', actor: 'person:op', resource: 'device:truck-9', outcome: 'done' }),
];

test('withEvents() puts what the log says of an attack in stages among its steps, whatever the order of arrival', () => {
  fc.assert(
    fc.property(
      fc.shuffledSubarray(EVENTS, { minLength: EVENTS.length }),
      fc.shuffledSubarray(ALERTS, { minLength: ALERTS.length }),
      (events, alerts) => {
        const [incident, ...others] = correlate(alerts);
        assert.equal(others.length, 0);
        const { incident: whole, leftOut } = withEvents(incident!, alerts, events);
        assert.deepEqual(
          whole.steps.map(({ kind, alert, start }) => [start / SECOND - BEGAN, kind === 'event' ? alert : kind]),
          [
            [-890, '10'],
            [0, 'rule'],
            [30, '20'],
            [200, '25'],
            [300, '30'],
            [400, 'alert'],
            [420, '40'],
          ],
        );
        assert.equal(leftOut, 0);
        assert.deepEqual({ ...whole, steps: incident!.steps }, incident);
      },
    ),
    { numRuns: 30 },
  );
  const { incident } = withEvents(correlate(ALERTS)[0]!, ALERTS, EVENTS);
  const said = new Map(incident.steps.map(({ alert, sentence }) => [alert, sentence]));
  assert.equal(
    said.get('20'),
    `connection refused (certificate-unknown): listener:mqtt, by anonymous, from ${NETWORK}, 3 times`,
  );
  assert.equal(said.get('40'), 'revocation: device:truck-3, by person:op');
});

test('withEvents() takes what shares a technique alone from a minute around', () => {
  const alerts = [alertOf(findingOf({ start: BEGAN * SECOND, techniques: ['T0846'] }), 0)];
  const refused = (index: number, at: number) => entry(index, at, { detail: { address: '198.51.100.0/24' } });
  const steps = [-61, -60, 60, 61].map((at) => {
    return withEvents(correlate(alerts)[0]!, alerts, [refused(1, at)]).incident.steps.length - 1;
  });
  assert.deepEqual(steps, [0, 1, 1, 0]);
});

test('withEvents() has room for so many steps, the gravest first, and counts the others', () => {
  const alerts = [alertOf(findingOf({ start: BEGAN * SECOND }), 0)];
  const commands = Array.from({ length: MOST_EVENT_STEPS + 5 }, (_, i) =>
    entry(i, i / 10, {
      action: 'command',
      outcome: 'allowed',
      resource: `command:${i}`,
      detail: { device: 'truck-3' },
    }),
  );
  const last = entry(999, 60, { action: 'revoke', resource: 'device:truck-3', outcome: 'done' });
  const { incident, leftOut } = withEvents(correlate(alerts)[0]!, alerts, [...commands, last]);
  assert.deepEqual([incident.steps.length, leftOut], [MOST_EVENT_STEPS + 1, 6]);
  assert.equal(incident.steps.at(-1)?.alert, '999');
});

test('withEvents() leaves what the prober does alone', () => {
  const alerts = [alertOf(findingOf({ start: BEGAN * SECOND, techniques: ['T0846'] }), 0)];
  const own = entry(1, 1, { actor: 'weir:gateway', resource: 'device:_probe' });
  assert.equal(withEvents(correlate(alerts)[0]!, alerts, [own]).incident.steps.length, 1);
});

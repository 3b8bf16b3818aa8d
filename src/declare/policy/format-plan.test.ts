import assert from 'node:assert/strict';
import { test } from 'node:test';

import { makeTemplate } from '../../../test/support/make-template.ts';
import { formatPlan } from './format-plan.ts';
import { DecisionPoint } from './decision-point.ts';
import { planTemplate } from './plan-template.ts';

const lines = (yaml: string) => formatPlan(planTemplate(makeTemplate(yaml), new DecisionPoint())).split('\n');

test('formatPlan() writes a line for each statement', () => {
  const text = lines(
    'devices: {d: {boot: verified}}\nstreams: {s: {from: d, fields: {x: {type: number}}}}\npeople: {r: {query: [s]}}',
  );
  assert.match(text[0] ?? '', /^template test, version [0-9a-f]{12}, region unspecified$/);
  for (const line of [
    '  mqtt 127.0.0.1:8883',
    '  only this machine can reach it',
    '  d proves itself by x509, publishes to s',
    'stream s, from d, does not start: boot not enforced',
    '  seals under operational: device, time, received, seq, time_given, via, x',
    '  r sees device, time, received, seq, time_given, via, x',
    'declared and not enforced by this version',
  ]) {
    assert.ok(text.includes(line), `${line}\n${text.join('\n')}`);
  }
});

test('formatPlan() says when everything is enforced', () => {
  assert.equal(lines('devices: {}').at(-1), 'everything that is declared is enforced');
});

test('formatPlan() warns of who has a dictionary', () => {
  const yaml = (may: string) => `
devices: {d: {}}
streams: {s: {from: d, purposes: [q], fields: {serial: {type: text, class: identifier}}}}
people: {r: {query: [s], purposes: [q], sees: [identifier], may: [${may}]}}
`;
  assert.ok(lines(yaml('enrol')).includes('  r sees serial of s and may enrol'));
  assert.ok(!lines(yaml('audit')).some((line) => line.startsWith('warning')));
});

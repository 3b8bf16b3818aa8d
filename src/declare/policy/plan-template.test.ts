import assert from 'node:assert/strict';
import { test } from 'node:test';

import { makeTemplate } from '../../../test/support/make-template.ts';
import { DecisionPoint } from './decision-point.ts';
import { planTemplate } from './plan-template.ts';

const plan = planTemplate(
  makeTemplate(`
listen: {address: 0.0.0.0}
hosts: [weir.example]
devices: {pump: {boot: measured}, plc: {speaks-for: [pump]}}
streams:
  flow:
    from: pump
    purposes: [p]
    subject: who
    fields: {rate: {type: number, range: [0, null], step: 1/s}, who: {type: text, class: personal}, key: {type: text, class: secret}}
views: {v: {from: flow, sql: select 1}}
people:
  a: {query: all, purposes: [p], sees: [operational, personal]}
  b: {query: [flow], masks: {flow.rate: "round:1"}, rows: {flow: rate > 0}, may: [prove]}
  c: {query: [v]}
`),
  new DecisionPoint(),
);

test('planTemplate() says what is checked and sealed under which domain', () => {
  const [flow] = plan.streams;
  assert.equal(plan.streams.length, 1);
  assert.ok(flow?.checks.includes('rate: 10/s per device, bursts of 100'));
  assert.ok(flow?.checks.includes('rate: number, from 0 to ∞, at most 1 per second'));
  assert.deepEqual(
    flow?.columns.slice(-3).map(({ name, keyDomain }) => [name, keyDomain]),
    [
      ['rate', 'operational'],
      ['who', 'personal'],
      ['key', null],
    ],
  );
});

test('planTemplate() says who sees what', () => {
  const sights = plan.streams[0]?.seenBy;
  assert.deepEqual(
    sights?.map(({ role, clear, masked, rowFilter }) => [role, clear.slice(6), masked, rowFilter]),
    [
      ['a', ['rate', 'who'], [], null],
      ['b', [], ['rate (round:1)'], '(rate > 0)'],
    ],
  );
  assert.deepEqual(plan.views, [{ name: 'v', from: ['flow'], roles: ['a', 'c'] }]);
});

test('planTemplate() says what listens, who publishes, and what is held', () => {
  assert.equal(plan.exposed, true);
  assert.deepEqual(
    plan.listeners.map(({ name, port }) => [name, port]),
    [
      ['mqtt', 8883],
      ['https', 8443],
      ['api', 7443],
    ],
  );
  assert.deepEqual(
    plan.devices.map(({ type, publishesTo, speaksFor }) => [type, publishesTo, speaksFor]),
    [
      ['pump', ['flow'], []],
      ['plc', [], ['pump']],
    ],
  );
  assert.deepEqual(plan.streams[0]?.heldBy, ['boot']);
  assert.deepEqual(
    plan.unenforced.map(({ id }) => id),
    ['boot'],
  );
});

test('planTemplate() says how long readings are kept, by the strictest of stream and classes, and on which grid', () => {
  const streamsOf = (yaml: string) => planTemplate(makeTemplate(yaml), new DecisionPoint()).streams;
  const keeps = (keep: string, more = '') =>
    streamsOf(`devices: {d: {}}
streams: {s: {from: d, ${keep} fields: {x: {type: number, coarsen: 0.5}, at: {type: time, coarsen: 1min}}}}
${more}`)[0];
  assert.equal(keeps('')?.kept, 'until somebody deletes them');
  assert.equal(keeps('keep: {max: 2d},')?.kept, 'at most 2d');
  assert.equal(
    keeps('keep: {min: 1d, max: 30d},', 'classes: {operational: {keep: {max: 7d}}}')?.kept,
    'at least 1d, at most 1w',
  );
  const checks = keeps('')?.checks;
  assert.ok(checks?.includes('x: number, stored in steps of 0.5'));
  assert.ok(checks?.includes('at: time, stored in steps of 1m'));
});

test('planTemplate() says which tokens have a way back', () => {
  const template = makeTemplate(`
devices: {d: {}}
streams:
  s:
    from: d
    purposes: [p]
    fields:
      who: {type: text, class: identifier, token: reversible, max-length: 40}
      phone: {type: text, class: identifier, tokenise: t, token: {alphabet: digits, length: [8, 12]}, max-length: 12}
`);
  const checks = planTemplate(template, new DecisionPoint()).streams.find(({ name }) => name === 's')?.checks;
  assert.ok(checks?.includes('who: text, up to 40 characters, its original kept in the vault'));
  assert.ok(checks?.includes('phone: text, up to 12 characters, stored as a token of 8 to 12 of 10 letters'));
});

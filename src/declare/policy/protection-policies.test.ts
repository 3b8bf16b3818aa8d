import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Template } from '#declare/template/index.ts';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { DecisionPoint } from './decision-point.ts';
import { formatPlan } from './format-plan.ts';
import { subjectWith } from './named-subjects.ts';
import { planTemplate } from './plan-template.ts';

const TEMPLATE = makeTemplate(
  `
devices: { d: {} }
streams:
  s: { from: d, fields: { x: { type: number, range: [0, 1] } }, privacy: { epsilon: 1, allot: { auditor: 0.25 } } }
  open: { from: d, fields: { x: { type: number } } }
views:
  noisy: { from: s, sql: select x from s, private: true }
  raw: { from: s, sql: select x from s }
people:
  everything: { query: all }
  auditor: { query: [noisy, s] }
policies: [night.cedar]
`,
  { 'night.cedar': '@id("open-all") permit (principal, action == Action::"query", resource);' },
);
const decisions = new DecisionPoint();

const reasonOf = (role: string | null, relation: string, template: Template = TEMPLATE): string => {
  const subject = role === null ? { ...subjectWith('x'), kind: 'operator' as const, roles: [] } : subjectWith(role);
  const columns = { columns: [{ name: 'x', class: 'operational' as const }] };
  return decisions.decideQuery(subject, relation, null, template, columns).reason;
};

test('rows that a budget protects are for roles that name them, whatever else is permitted', () => {
  for (const who of ['everything', null]) {
    assert.equal(reasonOf(who, 'noisy'), 'granted', String(who));
    assert.equal(reasonOf(who, 'open'), 'granted', String(who));
    assert.notEqual(reasonOf(who, 's'), 'granted', String(who));
    assert.notEqual(reasonOf(who, 'raw'), 'granted', String(who));
  }
  assert.equal(reasonOf('auditor', 's'), 'granted');
  assert.notEqual(reasonOf('auditor', 'raw'), 'granted');
});

test('a plan says what a budget is and who sees the rows all the same', () => {
  const text = formatPlan(planTemplate(TEMPLATE, decisions));
  assert.match(text, /privacy of each device in s\n {2}at most ε 1 with δ 0\.000001, over all answers\n/);
  assert.match(text, /divided: auditor 25 %, the rest for others/);
  assert.match(text, /spent by noisy\n {2}warning: auditor sees the rows themselves, in s/);
});

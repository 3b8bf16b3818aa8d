import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { CedarEngine } from './cedar-engine.ts';
import { DecisionPoint } from './decision-point.ts';
import type { DevicesOfType } from './row-filter.ts';
import type { Lineage, Subject } from './types.ts';

const YAML = `
devices: {reefer: {}, van: {}}
streams:
  s: {from: [reefer, van], purposes: [q], fields: {n: {type: integer}, odd: {type: text}}}
  other: {from: van, fields: {odd: {type: integer}}}
views: {v: {from: s, sql: select 1}}
people:
  all: {query: [s, v, other], purposes: [q], may: [export]}
  bare: {}
`;
const subject = (role: string): Subject => ({
  id: 'p',
  kind: 'person',
  roles: [role],
  standing: 'good',
  deviceType: null,
});
const names: DevicesOfType = (type) => ({ reefer: ["r'1", 'r2'], van: null })[type] ?? null;
const engine = new CedarEngine();

function decide(policy: string, role = 'all', view = 's', lineage?: Lineage, devices: DevicesOfType | null = names) {
  const template = makeTemplate(`${YAML}policies: [f.cedar]`, { 'f.cedar': policy });
  const point = new DecisionPoint(engine, devices);
  const query = point.decideQuery(subject(role), view, 'q', template, lineage);
  const request = {
    subject: subject(role),
    resource: { type: 'view', name: view },
    purpose: 'q',
    context: {},
  } as const;
  return {
    ...query,
    filter: query.obligations?.rowFilter,
    out: point.decide({ ...request, action: 'export' }, template),
  };
}
const unless = (text: string, action = 'query') =>
  `@id("x") forbid (principal, action == Action::"${action}", resource) unless { ${text} };`;

test('a forbid about rows becomes a filter of query and of export', () => {
  const { effect, filter, policies, out } = decide(unless('resource has row.n && resource.row.n > 5'));
  assert.deepEqual([effect, filter], ['allow', '((("n" IS NOT NULL) AND (NOT ("n" <= 5))))']);
  assert.ok(policies.includes('people.all.query') && policies.includes('policies.x'));
  assert.equal(out.obligations?.rowFilter, filter);
});

test('a filter of export alone leaves the query as it is', () => {
  const { filter, out } = decide(unless('resource has row.n', 'export'));
  assert.equal(filter, null);
  assert.match(out.obligations?.rowFilter ?? '', /"n" IS NOT NULL/);
});

test('a permit about rows gives these rows alone, to whom it names', () => {
  const policy = `permit (principal in Role::"bare", action == Action::"query", resource) when { resource has row.device && resource.row.device == "d1" };
    permit (principal in Role::"bare", action == Action::"see", resource);`;
  assert.equal(decide(policy, 'bare').filter, `((("device" IS NOT NULL) AND ("device" IN ('d1'))))`);
  assert.equal(decide(policy, 'all').filter, null);
});

test('the type of a device is looked up, and is no filter where there are too many', () => {
  const of = (type: string) =>
    unless(`resource has row.device_type && resource.row.device_type == DeviceType::"${type}"`);
  assert.match(decide(of('reefer')).filter ?? '', /\("device" IN \('r''1', 'r2'\)\)/);
  const many = decide(of('van'));
  assert.deepEqual([many.effect, many.reason, many.rule], ['deny', 'rows-unknown', 'policies.x']);
  assert.match(decide(of('van'), 'all', 's', undefined, null).filter ?? '', /device_type IN \('van'\)/);
});

test('what cannot be told of the rows of a view keeps the whole view away', () => {
  const policy = unless('resource has row.n && resource.row.n > 5');
  const columns = [{ name: 'n', class: 'operational', type: 'text' }] as const;
  const wrong = decide(policy, 'all', 'v', { columns });
  assert.deepEqual([wrong.effect, wrong.reason], ['deny', 'rows-unknown']);
  const known = decide(policy, 'all', 'v', { columns: [{ ...columns[0], type: 'integer' }] });
  assert.match(known.filter ?? '', /"n" <= 5/);
  assert.equal(decide(policy, 'all', 'v').reason, 'rows-unknown', 'its columns are not known here');
  // Without the column no row has the attribute, so that no row is let through.
  const none = decide(policy, 'all', 'v', { columns: [{ name: 'm', class: 'operational', type: 'integer' }] });
  assert.deepEqual([none.effect, none.reason], ['deny', 'no-row']);
});

test('a permit that cannot be told permits nothing; what nothing permits is not granted', () => {
  const policy = `permit (principal in Role::"bare", action == Action::"query", resource) when { resource has row.device_type && resource.row.device_type == DeviceType::"van" };`;
  assert.equal(decide(policy, 'bare').reason, 'rows-unknown');
  assert.equal(decide(policy, 'all').effect, 'allow');
  assert.equal(decide(unless('resource has row.n'), 'bare').reason, 'not-granted');
});

test('a forbid without a look at rows still settles it', () => {
  const policy = `${unless('resource has row.n')} @id("y") forbid (principal, action == Action::"query", resource);`;
  assert.deepEqual([decide(policy).reason, decide(policy).rule], ['forbidden', 'policies.y']);
});

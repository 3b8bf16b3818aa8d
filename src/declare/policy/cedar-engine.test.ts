import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasCode } from '#base/core/index.ts';
import { CedarEngine } from './cedar-engine.ts';
import type { CedarCall } from './cedar-engine.ts';

const engine = new CedarEngine();
const call: CedarCall = {
  principal: { type: 'P', id: 'p' },
  action: { type: 'Action', id: 'a' },
  resource: { type: 'R', id: 'r' },
  context: {},
  entities: [{ uid: { type: 'R', id: 'r' }, attrs: { name: 'x' }, parents: [] }],
};
const text = (id: string, policy: string) => ({ id, text: policy });

test('CedarEngine.ask() denies by default, permits, and lets forbid win', () => {
  engine.keep('t1', []);
  assert.deepEqual(engine.ask('t1', call), { allowed: false, policies: [], failed: [] });
  const permit = text('yes', 'permit (principal, action, resource);');
  engine.keep('t1', [permit]);
  assert.deepEqual(engine.ask('t1', call), { allowed: true, policies: ['yes'], failed: [] });
  engine.keep('t1', [permit, text('no', 'forbid (principal, action, resource);')]);
  assert.deepEqual(engine.ask('t1', call), { allowed: false, policies: ['no'], failed: [] });
  engine.drop('t1');
  assert.equal(engine.ask('t1', call).allowed, false);
});

test('CedarEngine.ask() names a policy that cannot be evaluated, and denies what it cannot take', () => {
  engine.keep('t2', [text('bad', 'forbid (principal, action, resource) when { resource.nothing };')]);
  assert.deepEqual(engine.ask('t2', call).failed, ['bad']);
  assert.deepEqual(engine.ask('never kept', call), { allowed: false, policies: [], failed: ['*'] });
  const broken = { ...call, context: { x: { __extn: { fn: 'ip', arg: 'no address' } } } };
  assert.deepEqual(engine.ask('t2', broken), { allowed: false, policies: [], failed: ['*'] });
});

test('CedarEngine.check() finds what does not parse and what does not fit the schema, with its place', () => {
  const schema = 'entity P; entity R { name: String }; action a appliesTo { principal: P, resource: R };';
  assert.deepEqual(engine.check('permit (principal, action, resource) when { resource.name == "x" };', schema), []);
  const [finding] = engine.check('permit (principal, action, resource) when { resource.nam == "x" };', schema);
  assert.equal(finding?.message, 'attribute `nam` on entity type `R` not found; did you mean `name`?');
  assert.equal(finding.start, 44);
  assert.match(engine.check('permit (principal, action, resource) whenx {};', schema)[0]?.message ?? '', /whenx/);
  assert.deepEqual(engine.checkSchema(schema), []);
  assert.equal(engine.checkSchema('entity;').length, 1);
});

test('CedarEngine.split() keeps the order of a text and refuses templates', () => {
  const policies = Array.from({ length: 12 }, (_, index) => `permit (principal, action, resource == R::"${index}");`);
  assert.deepEqual(engine.split(policies.join('\n')), policies);
  const invalid = (wrong: string) => () => engine.split(wrong);
  for (const wrong of ['permit (principal == ?principal, action, resource);', 'permit;'])
    assert.throws(invalid(wrong), (error) => hasCode(error, 'POLICY_INVALID'));
  assert.throws(
    () => engine.keep('t3', [text('x', 'permit')]),
    (error) => hasCode(error, 'POLICY_INVALID'),
  );
});

test('CedarEngine.askPartial() works out what is known and leaves the rest of each policy', () => {
  const unknown = { __extn: { fn: 'unknown', arg: 'row' } };
  const entities = [
    ...call.entities.filter(({ uid }) => JSON.stringify(uid) !== JSON.stringify(call.resource)),
    { uid: call.resource, attrs: { row: unknown }, parents: [] },
  ];
  const ask = (...policies: readonly { id: string; text: string }[]) =>
    engine.askPartial(policies, { ...call, entities });
  const left = ask(
    text('open', 'permit (principal, action, resource) when { resource.row.site == "north" };'),
    text('settled', 'forbid (principal, action, resource) when { resource has row };'),
    text('idle', 'permit (principal, action, resource) when { 1 == 2 && resource.row.site == "north" };'),
    text('wrong', 'permit (principal, action, resource) when { resource.nothing == 1 };'),
  );
  const row = { unknown: [{ Value: 'row' }] };
  assert.deepEqual(
    new Map(left.residuals.map(({ id, effect }) => [id, effect])),
    new Map([
      ['open', 'permit'],
      ['settled', 'forbid'],
    ]),
  );
  assert.match(
    JSON.stringify(left.residuals.find(({ id }) => id === 'open')?.condition),
    new RegExp(RegExp.escape(JSON.stringify(row))),
  );
  assert.deepEqual(left.failed, ['wrong']);
  assert.deepEqual(ask(), { residuals: [], failed: [] });
  assert.deepEqual(engine.askPartial([text('bad', 'permit')], call), { residuals: [], failed: ['*'] });
});

test('CedarEngine survives what it cannot take: it is loaded anew', () => {
  const deep = `permit (principal, action, resource) when { ${Array.from({ length: 20_000 }, () => 'true').join(' && ')} };`;
  const before = engine.generation;
  assert.throws(
    () => engine.toJson(deep),
    (error) => hasCode(error, 'POLICY_INVALID'),
  );
  assert.equal(engine.toJson('permit (principal, action, resource);').effect, 'permit');
  assert.equal(engine.generation, before + 1);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { DecisionPoint } from './decision-point.ts';
import { subjectWith } from './named-subjects.ts';
import { locationOf, mayCross, mayStand, reachOf, stayOf } from './residency.ts';
import type { RegionTransfer, Subject } from './types.ts';

const TEMPLATE = makeTemplate(`region: eu
devices: {d: {}}
streams: {s: {from: d, fields: {n: {type: number}, w: {type: number, class: public}}}}
views:
  totals: {from: s, crosses: true, sql: SELECT count(*) AS n FROM s}
  rows: {from: s, sql: SELECT n FROM s}
people:
  here: {query: all}
  there: {query: all, region: us}
  far: {query: all, region: in}
`);

const of = (transfers: readonly RegionTransfer[], role: string | Subject, relation = 's', stored?: string[]) => {
  const lineage = {
    columns: [
      { name: 'n', class: 'operational' },
      { name: 'w', class: 'public' },
    ],
  } as const;
  return new DecisionPoint(undefined, null, () => transfers).decideQuery(
    typeof role === 'string' ? subjectWith(role) : role,
    relation,
    null,
    TEMPLATE,
    stored === undefined ? lineage : { ...lineage, regions: stored },
  );
};
const columns = (decision: ReturnType<typeof of>) =>
  decision.obligations?.columns.map(({ name }) => name) ?? decision.reason;

test('who is outside the region of data sees of them what is public, or what may cross', () => {
  assert.deepEqual(columns(of([], 'here')), ['n', 'w']);
  assert.deepEqual(columns(of([], 'there')), ['w']);
  assert.deepEqual(columns(of([], 'there', 'totals')), ['n', 'w']);
  assert.deepEqual(columns(of([], 'there', 'rows')), ['w']);
});

test('a transfer that is in force lets data out to where it says and nowhere else', () => {
  const transfers = [{ from: 'eu', to: 'us' }];
  assert.deepEqual(columns(of(transfers, 'there')), ['n', 'w']);
  assert.deepEqual(columns(of(transfers, 'far')), ['w']);
  assert.deepEqual(columns(of([{ from: 'us', to: 'eu' }], 'there')), ['w']);
});

test('a decision is made anew once the transfers are others', () => {
  let transfers: readonly RegionTransfer[] = [];
  const decisions = new DecisionPoint(undefined, null, () => transfers);
  const seen = () => decisions.decideQuery(subjectWith('there'), 's', null, TEMPLATE).obligations?.columns.length;
  assert.equal(seen(), 1);
  transfers = [{ from: 'eu', to: 'us' }];
  assert.ok((seen() ?? 0) > 1);
  transfers = [];
  assert.equal(seen(), 1);
});

test('what was stored for a region stays there, whatever the template says by now', () => {
  assert.deepEqual(columns(of([], 'here', 's', ['ch'])), ['w']);
  assert.deepEqual(columns(of([{ from: 'ch', to: 'eu' }], 'here', 's', ['ch'])), ['n', 'w']);
});

test('the region of an account comes before that of its roles, which must agree', () => {
  const at = (subject: Partial<Subject>) => locationOf({ ...subjectWith('here'), ...subject }, TEMPLATE);
  assert.equal(at({}), 'eu');
  assert.equal(at({ roles: ['there'] }), 'us');
  assert.equal(at({ roles: ['there'], region: 'eu' }), 'eu');
  assert.equal(at({ roles: ['there', 'far'] }), null);
  assert.deepEqual(columns(of([{ from: 'eu', to: 'us' }], { ...subjectWith('there'), roles: ['there', 'far'] })), [
    'w',
  ]);
});

test('mayStand(), reachOf() and mayCross()', () => {
  assert.deepEqual(reachOf(null, [{ from: 'eu', to: 'us' }]), []);
  assert.deepEqual(
    reachOf('us', [
      { from: 'eu', to: 'us' },
      { from: 'in', to: 'eu' },
    ]),
    ['eu', 'us'],
  );
  assert.equal(mayStand(null, null, []), true);
  assert.equal(mayStand('eu', null, []), false);
  assert.equal(mayStand('eu', 'us', [{ from: 'eu', to: 'us' }]), true);
  const crossing = (cls: 'public' | 'location' | 'personal', crosses?: true) =>
    mayCross(TEMPLATE, crosses === undefined ? {} : { crosses }, cls);
  assert.deepEqual([crossing('public'), crossing('location'), crossing('location', true)], [true, false, true]);
  assert.equal(crossing('personal', true), false);
});

test('what shows readings and is no relation is given where its stream may be', () => {
  const mayBe = (role: string, stream: string | null, transfers: readonly RegionTransfer[] = []) =>
    new DecisionPoint(undefined, null, () => transfers).mayBeGivenTo(subjectWith(role), stream, TEMPLATE);
  assert.deepEqual([mayBe('here', 's'), mayBe('there', 's'), mayBe('there', null)], [true, false, true]);
  assert.deepEqual(
    ['there', 'far'].map((role) => mayBe(role, 's', [{ from: 'eu', to: 'us' }])),
    [true, false],
  );
  // Of a stream that was taken out of the template: where the platform stands.
  assert.deepEqual([stayOf('gone', TEMPLATE), stayOf('_probe', TEMPLATE), mayBe('there', 'gone')], ['eu', null, false]);
  assert.deepEqual([stayOf('_connections', TEMPLATE), mayBe('there', '_connections')], ['eu', false]);
  const person = subjectWith('there');
  const agent: Subject = { ...subjectWith('here'), kind: 'agent', actsFor: person };
  const decisions = new DecisionPoint();
  assert.equal(decisions.mayBeGivenTo(agent, 's', TEMPLATE), false, 'where the person is, it may not');
  assert.equal(decisions.mayBeGivenTo({ ...agent, actsFor: subjectWith('here') }, 's', TEMPLATE), true);
});

test('alerts as a relation are of all regions', () => {
  const lineage = { columns: [{ name: 'sentence', class: 'operational' }] } as const;
  const seen = (role: string) =>
    new DecisionPoint().decideQuery(subjectWith(role), '_alerts', null, TEMPLATE, lineage).reason;
  assert.equal(seen('there'), 'beyond-region');
  assert.notEqual(seen('here'), 'beyond-region');
});

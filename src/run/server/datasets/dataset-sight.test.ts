import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Subject } from '#declare/policy/index.ts';
import type { RelationGrant } from '#flow/query/index.ts';
import { asHolder, frozenRelations, maySee } from './dataset-sight.ts';
import { makeDataset } from './testing.ts';

const grant = (columns: Readonly<Record<string, string | null>>, filter: string | null = null): RelationGrant => ({
  columns: Object.entries(columns).map(([name, mask]) => ({ name, mask })),
  rowFilter: filter === null ? null : { value: filter },
});

test('maySee() follows the grants of the moment: as much as then, or more', () => {
  const dataset = makeDataset();
  const cases: readonly (readonly [boolean, RelationGrant | null])[] = [
    [true, grant({ device: null, pressure: 'round:1' })],
    [true, grant({ device: null, pressure: null, site: null })],
    [false, grant({ device: null, pressure: 'round:0' })],
    [false, grant({ device: 'hash', pressure: null })],
    [false, grant({ device: null })],
    [false, grant({ device: null, pressure: null }, 'north')],
    [false, null],
  ];
  for (const [expected, now] of cases) {
    const grants = new Map(now === null ? [] : [['pump', now]]);
    assert.equal(maySee(dataset, { grants, relations: new Map() }), expected, JSON.stringify(now));
  }
});

test('maySee() takes the row filter of then, or none', () => {
  const access = {
    relations: new Map(),
    grants: new Map([['pump', grant({ device: null }, 'north')]]),
    policies: new Map([['pump', ['p']]]),
    otherPurpose: new Set<string>(),
    otherRegion: new Set<string>(),
  };
  const relations = frozenRelations(['pump', 'base'], access);
  assert.deepEqual(relations[1], { name: 'base', kind: 'view', policies: [], columns: [], filter: null });
  const see = (filter: string | null) =>
    maySee({ relations }, { grants: new Map([['pump', grant({ device: null }, filter)]]), relations: new Map() });
  assert.deepEqual([see('north'), see(null), see('south')], [true, true, false]);
  const restricted = new Map([
    ['pump', grant({ device: null })],
    ['base', grant({}, 'north')],
  ]);
  assert.equal(
    maySee({ relations }, { grants: restricted, relations: new Map() }),
    false,
    'what the view is made from shows fewer rows now',
  );
});

test('asHolder() opens what a credential for this dataset stands for, and no other', () => {
  const subject: Subject = { id: 'a', kind: 'agent', roles: [], standing: 'good', deviceType: null };
  const scoped = (views: readonly string[] | null): Subject => ({
    ...subject,
    scope: { actions: ['query'], views, purposes: ['quality'] },
  });
  assert.deepEqual(asHolder(scoped(['_dataset_training']), 'training').scope, {
    actions: ['query'],
    views: null,
    purposes: ['quality'],
  });
  for (const same of [subject, scoped(null), scoped(['pump']), scoped(['_dataset_other'])])
    assert.equal(asHolder(same, 'training'), same);
});

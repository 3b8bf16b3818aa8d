import assert from 'node:assert/strict';
import { test } from 'node:test';
import { governed } from '../../../../test/support/query-fixture.ts';
import type { Grants } from '../relations.ts';
import { authorGrants, isCovered } from './view-sight.ts';

const text = (name: string) => ({ name, type: 'text', nullable: false }) as const;
const CLIMATE = governed('climate', [text('site'), text('driver')]);
const RELATIONS = new Map([['climate', CLIMATE]]);
const VIEW = { ...governed('daily', [text('site')]), from: ['climate', 'gone'] };
const FILTER = { class: 'CONSTANT' };

const grants = (columns: readonly [name: string, mask: string | null][], rowFilter: object | null = null): Grants =>
  new Map([['climate', { columns: columns.map(([name, mask]) => ({ name, mask })), rowFilter }]]) as Grants;

test('authorGrants() shows all columns of what a view is made from, under the masks and filter of the subject', () => {
  const subject = grants([['driver', 'hash']], FILTER);
  assert.deepEqual(
    authorGrants(VIEW, RELATIONS, subject),
    grants(
      [
        ['site', null],
        ['driver', 'hash'],
      ],
      FILTER,
    ),
  );
  assert.deepEqual(
    authorGrants(VIEW, RELATIONS, new Map()),
    grants([
      ['site', null],
      ['driver', null],
    ]),
  );
});

test('isCovered() holds where the subject could ask for every column in clear and every row itself', () => {
  const used = new Map([['climate', new Set(['site'])]]);
  assert.equal(isCovered(used, grants([['site', null]])), true);
  assert.equal(isCovered(used, grants([['site', 'hash']])), false, 'masked');
  assert.equal(isCovered(used, grants([['driver', null]])), false, 'another column');
  assert.equal(isCovered(used, grants([['site', null]], FILTER)), false, 'some rows');
  assert.equal(isCovered(used, new Map()), false, 'nothing');
});

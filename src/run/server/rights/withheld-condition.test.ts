import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import type { StoredPlace, SubjectRequest } from '#assure/privacy/index.ts';
import { withheldConditions } from './withheld-condition.ts';

const place = (relation: string, values: StoredPlace['values'], more: Partial<StoredPlace> = {}): StoredPlace => ({
  relation,
  kind: 'stream',
  column: 'who',
  type: 'text',
  domain: 'people',
  values,
  digests: [],
  ...more,
});
const request = (more: Partial<SubjectRequest>): SubjectRequest =>
  ({
    kind: 'erase',
    state: 'open',
    again: 'allow',
    received: micros(1_767_225_600_000_000),
    places: [],
    ...more,
  }) as SubjectRequest;

test('withheldConditions() hides what was received before an erasure, and all that is restricted', () => {
  const conditions = withheldConditions([
    request({ places: [place('trips', ["o'neil", 't1-x', 7]), place('staff', ['ada'], { kind: 'table' })] }),
    request({
      kind: 'restrict',
      state: 'standing',
      places: [place('trips', [8], { type: 'integer', column: 'badge' })],
    }),
  ]);
  assert.deepEqual(
    [...conditions],
    [
      [
        'trips',
        `((coalesce("who" IN ('o''neil', 't1-x'), false)) AND received < TIMESTAMPTZ '2026-01-01T00:00:00Z') OR (coalesce("badge" IN (8), false))`,
      ],
      ['staff', `(coalesce("who" IN ('ada'), false))`],
    ],
  );
});

test('withheldConditions() hides whatever there is of a person of whom nothing more is taken', () => {
  const places = [place('trips', ['t1-x'])];
  const hidden = withheldConditions([request({ again: 'refuse', places })]).get('trips');
  assert.equal(hidden, `(coalesce("who" IN ('t1-x'), false))`, 'what the gateway admitted until it heard of it too');
});

test('withheldConditions() asks nothing of requests that are done or lifted', () => {
  const places = [place('trips', ['x'])];
  assert.equal(
    withheldConditions([request({ state: 'done', places }), request({ kind: 'restrict', state: 'lifted', places })])
      .size,
    0,
  );
});

test('withheldConditions() knows no condition where originals are stored and none is known', () => {
  const places = [place('trips', [], { domain: null, digests: ['t1-d'] }), place('staff', ['t1-x'])];
  assert.deepEqual(
    [...withheldConditions([request({ places })])].map(([name, text]) => [name, text === null]),
    [
      ['trips', true],
      ['staff', false],
    ],
  );
});

test('withheldConditions() hides what is wrong until it is corrected, and all that is meant where that is not known', () => {
  const change = {
    stream: 'trips',
    values: [
      { column: 'speed', value: 4.5 },
      { column: 'town', value: "l'aquila" },
    ],
    from: micros(1_767_225_600_000_000),
    to: null,
  };
  const rectify = request({ kind: 'rectify', places: [place('trips', ['t1-x'])], rewritten: null, change });
  const named = `(coalesce("who" IN ('t1-x'), false)) AND received < TIMESTAMPTZ '2026-01-01T00:00:00Z' AND "time" >= TIMESTAMPTZ '2026-01-01T00:00:00Z'`;
  assert.equal(
    withheldConditions([rectify]).get('trips'),
    `(${named} AND ("speed" IS DISTINCT FROM 4.5 OR "town" IS DISTINCT FROM 'l''aquila'))`,
  );
  const lost = { ...rectify, change: { ...change, values: null } };
  assert.equal(withheldConditions([lost]).get('trips'), `(${named})`);
  const rewritten = { ...rectify, rewritten: { turned: micros(1), at: micros(2) } };
  assert.equal(withheldConditions([rewritten]).size, 0);
});

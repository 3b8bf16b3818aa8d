import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StoredPlace, SubjectPlace, SubjectRequest } from '#assure/privacy/index.ts';
import { isRefusing, refusedSubjects } from './refused-subjects.ts';

const TOKEN = `t1-${'a'.repeat(16)}`;
const DIGEST = `t1-${'d'.repeat(16)}`;
const place = (relation: string, column: string, domain: string | null): SubjectPlace => ({
  relation,
  kind: 'stream',
  column,
  type: 'text',
  domain,
});
const known: StoredPlace = { ...place('trips', 'rider', 'people'), values: [TOKEN, 'ada'], digests: [DIGEST] };
const erased = { kind: 'erase', state: 'done', again: 'refuse', places: [known] } as unknown as SubjectRequest;

test('refusedSubjects() names nobody by what they are called', () => {
  assert.deepEqual(refusedSubjects([erased], []), [{ stream: 'trips', field: 'rider', values: [TOKEN, DIGEST] }]);
});

test('refusedSubjects() guards a stream that was declared after somebody was erased', () => {
  const later = [place('trips', 'rider', 'people'), place('rides', 'driver', 'people'), place('walks', 'who', null)];
  const refused = refusedSubjects([erased], [...later, { ...place('staff', 'name', null), kind: 'table' }]);
  assert.deepEqual(
    refused.map(({ stream, field, values }) => [`${stream}.${field}`, values]),
    [
      ['trips.rider', [TOKEN, DIGEST]],
      ['rides.driver', [TOKEN, DIGEST]],
      ['walks.who', [DIGEST]],
    ],
  );
});

test('refusedSubjects() knows somebody in another domain, and in fields of another type, by digest alone', () => {
  const other = [
    place('rides', 'driver', 'others'),
    { ...place('rides', 'badge', 'people'), type: 'integer' as const },
  ];
  const refused = refusedSubjects([erased], other);
  assert.deepEqual(refused.slice(1), [
    { stream: 'rides', field: 'driver', values: [DIGEST] },
    { stream: 'rides', field: 'badge', values: [DIGEST] },
  ]);
});

test('refusedSubjects() refuses nobody who may come again', () => {
  const allowed: SubjectRequest = { ...erased, again: 'allow' };
  const lifted: SubjectRequest = { ...erased, kind: 'restrict', state: 'lifted' };
  assert.deepEqual(refusedSubjects([allowed, lifted], []), []);
  assert.deepEqual([erased, allowed, lifted].map(isRefusing), [true, false, false]);
});

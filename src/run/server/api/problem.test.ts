import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlatformError } from '#base/core/index.ts';
import { problemOf } from './problem.ts';

test('problemOf() maps codes to statuses and keeps message and hint', () => {
  const cases: [string, number][] = [
    ['API_UNAUTHENTICATED', 401],
    ['API_DENIED', 403],
    ['DEVICE_UNKNOWN', 404],
    ['DEVICE_EXISTS', 409],
    ['QUERY_REFUSED', 400],
    ['QUERY_TIME_LIMIT', 422],
    ['QUERY_SYNTAX', 400],
    ['JOURNAL_FULL', 503],
    ['SOMETHING_ELSE', 500],
  ];
  for (const [code, status] of cases) {
    const problem = problemOf(new PlatformError(code, 'Cannot do it: it is so', { hint: 'Do that' }));
    assert.deepEqual(
      [problem.status, problem.code, problem.detail, problem.hint],
      [status, code, 'Cannot do it: it is so', 'Do that'],
    );
  }
});

test('problemOf() passes the words of the query engine on to the author', () => {
  const error = Object.assign(new PlatformError('QUERY_FAILED', 'Cannot run statement'), {
    detail: 'Conversion Error',
  });
  assert.equal(problemOf(error).engine, 'Conversion Error');
});

test('problemOf() shows nothing of an error that nobody raised on purpose', () => {
  const problem = problemOf(new TypeError('secret is undefined at /srv/x.ts'));
  assert.equal(problem.status, 500);
  assert.doesNotMatch(JSON.stringify(problem), /secret|srv/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEnrolmentPath } from './enrolment-path.ts';

test('isEnrolmentPath() takes the paths of EST and nothing near them', () => {
  for (const url of ['/.well-known/est/cacerts', '/.well-known/est/simpleenroll']) assert.ok(isEnrolmentPath(url), url);
  for (const url of [
    '/',
    '/.well-known/est',
    '/.well-known/est/',
    '/.well-known/est/../../v1/status',
    '/.well-known/est/%2e%2e/v1',
    '/.well-known/est/a/b',
    '/.well-known/est/simpleenroll?x=1',
    '//.well-known/est/simpleenroll',
    'https://h/.well-known/est/simpleenroll',
    `/.well-known/est/${'a'.repeat(200)}`,
  ]) {
    assert.equal(isEnrolmentPath(url), false, url);
  }
});

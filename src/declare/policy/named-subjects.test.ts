import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { parseResource, subjectOf, subjectsOf } from './named-subjects.ts';

test('subjectOf() reads who is meant', () => {
  const read = (text: string) => {
    const subject = subjectOf(text);
    return subject === null ? null : [subject.kind, subject.roles, subject.deviceType, subject.actsFor?.roles ?? null];
  };
  assert.deepEqual(read('scientist'), ['person', ['scientist'], null, null]);
  assert.deepEqual(read('role:a+b'), ['person', ['a', 'b'], null, null]);
  assert.deepEqual(read('service:a'), ['service', ['a'], null, null]);
  assert.deepEqual(read('device:pump'), ['device', [], 'pump', null]);
  assert.deepEqual(read('operator'), ['operator', [], null, null]);
  assert.deepEqual(read('agent:bot/scientist'), ['agent', ['bot'], null, ['scientist']]);
  for (const text of ['', 'role:', 'alien:x', 'a b', 'agent:x', 'device:a b']) assert.equal(read(text), null, text);
});

test('subjectsOf() has each role, the operator and each type of device once', () => {
  const template = makeTemplate('devices: {d: {}}\npeople: {a: {}, operator: {}}');
  assert.deepEqual([...subjectsOf(template).keys()], ['role:a', 'operator', 'device:d']);
});

test('parseResource() takes a type and a name, or what an action leaves no doubt about', () => {
  assert.deepEqual(parseResource('climate', 'query'), { type: 'view', name: 'climate' });
  assert.deepEqual(parseResource('stream:s', 'quarantine'), { type: 'stream', name: 's' });
  assert.deepEqual(parseResource('platform', 'quarantine'), { type: 'platform', name: '*' });
  assert.equal(parseResource('s', 'quarantine'), null);
  assert.equal(parseResource('galaxy:x', 'query'), null);
  assert.equal(parseResource('', 'query'), null);
});

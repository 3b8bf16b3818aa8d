import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DecisionPoint } from '#declare/policy/index.ts';
import type { Subject } from '#declare/policy/index.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { openTrust } from '../../../../test/support/open-trust.ts';
import { mayStillPropose } from './may-still-propose.ts';

const template = makeTemplate('people: {keeper: {may: [administer]}, scientist: {}}');

test('mayStillPropose() asks for the person as it is now', async (t) => {
  const { identity } = await openTrust(t);
  const { people } = identity;
  const parts = { people, decisions: new DecisionPoint(), template };
  const { id } = await people.create('person', 'ada', ['keeper'], 'test');
  const subject: Subject = { id, kind: 'person', roles: ['keeper'], standing: 'good', deviceType: null };
  const may = (more: Partial<Subject> = {}) =>
    mayStillPropose({ actor: 'person:x', subject: { ...subject, ...more } }, parts);
  assert.equal(await may(), true);
  assert.equal(await may({ id: 'nobody' }), false);
  const agent = { id: 'nobody', kind: 'agent', actsFor: subject } as const;
  assert.equal(await may(agent), true);
  await people.setRoles(id, ['scientist'], 'test');
  assert.equal(await may(), false);
  assert.equal(await may(agent), false);
  await people.setRoles(id, ['keeper'], 'test');
  await people.disable(id, 'test');
  assert.equal(await may(), false);
});

test('mayStillPropose() goes by the roles that an identity provider gave then, as long as the person is let in', async (t) => {
  const { identity } = await openTrust(t);
  const { people } = identity;
  const parts = { people, decisions: new DecisionPoint(), template };
  const { id } = await people.ofIssuer('person', 'idp', 'ada');
  const subject: Subject = { id, kind: 'person', roles: ['keeper'], standing: 'good', deviceType: null };
  assert.equal(await mayStillPropose({ actor: 'x', subject }, parts), true);
  await people.disable(id, 'test');
  assert.equal(await mayStillPropose({ actor: 'x', subject }, parts), false);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '../errors.ts';
import type { Proposals, Services } from '../services.ts';
import { openApi } from '../testing.ts';
import { makeTemplate } from '../../../../../test/support/make-template.ts';
import type { Proposal } from '../../control/proposal-book.ts';
import type { ProposalActor } from '../../control/proposal-book.ts';

const template = makeTemplate(`
people:
  scientist: {}
  keeper: { may: [administer, approve] }
`);
const templates: Services['templates'] = {
  current: template,
  plan: () => ({}),
  apply: async () => ({ proposal: null }),
};
const DIGEST = 'ab'.repeat(32);

/** One proposal, and what was done about it. */
function record(proposer: ProposalActor | null) {
  const done: unknown[] = [];
  const proposal: Proposal = {
    id: 'one',
    state: 'waiting',
    digest: DIGEST,
    base: DIGEST,
    template: DIGEST,
    changes: [],
    weaknesses: [],
    proposedBy: proposer?.actor ?? '',
    decidedBy: null,
    reason: null,
    created: 1_000_000,
    expires: 2_000_000,
  };
  const proposals: Proposals = {
    list: async () => [proposal],
    find: async (id) => {
      if (id !== 'one') throw new ApiError('API_PROPOSAL_UNKNOWN', 'Cannot find proposal');
      return proposal;
    },
    proposerOf: async (id) => (id === 'one' ? proposer : null),
    goingWith: async () => [{ stream: 'climate', segments: 1, rows: 2 }],
    approve: async (id, shown, { actor }) => {
      if (id !== 'one') throw new ApiError('API_PROPOSAL_UNKNOWN', 'Cannot find proposal');
      done.push(['approve', id, shown, actor]);
      return { proposal: null };
    },
    reject: async (id, reason, { actor }) => {
      done.push(['reject', id, reason, actor]);
      return { ...proposal, state: 'rejected' };
    },
  };
  return { proposals, done };
}

test('a proposal is decided by who may approve, and never by who made it', async (t) => {
  const box: { proposer: ProposalActor | null } = { proposer: null };
  const { proposals, done } = record(null);
  const api = await openApi(t, { templates, proposals: { ...proposals, proposerOf: async () => box.proposer } });
  const [bob, ada, eve] = await Promise.all(
    [
      ['bob', 'keeper'],
      ['ada', 'keeper'],
      ['eve', 'scientist'],
    ].map(([name = '', role = '']) => api.identity.people.add(name, [role], 'test')),
  );
  assert.ok(bob !== undefined && ada !== undefined && eve !== undefined);
  const { id, kind, roles } = bob.person;
  box.proposer = { actor: `person:${id}`, subject: { id, kind, roles, standing: 'good', deviceType: null } };
  const decide = (token: string, what: string, body: object) =>
    api.call('POST', `/v1/proposals/one/${what}`, { as: { token }, body });
  for (const what of ['approve', 'reject']) {
    const body = what === 'approve' ? { digest: DIGEST } : { reason: 'no' };
    assert.equal((await decide(bob.token, what, body)).status, 403, 'their own');
    assert.equal((await decide(eve.token, what, body)).status, 403, 'no role for it');
    assert.equal((await decide(ada.token, what, { digest: 'x', reason: 1 })).status, 400);
    assert.equal((await decide(ada.token, what, body)).status, 200);
  }
  assert.deepEqual(done, [
    ['approve', 'one', DIGEST, `person:${ada.person.id}`],
    ['reject', 'one', 'no', `person:${ada.person.id}`],
  ]);
  const denied = api.audit.events.filter(({ outcome }) => outcome === 'denied').map(({ reason }) => reason);
  assert.ok(denied.includes('own-proposal') && denied.includes('not-granted'), denied.join());
});

test('proposals are shown to who may approve or administer, and to nobody else', async (t) => {
  const { proposals } = record(null);
  const api = await openApi(t, { templates, proposals });
  const { token } = await api.identity.people.add('eve', ['scientist'], 'test');
  for (const path of ['/v1/proposals', '/v1/proposals/one', '/v1/proposals/two'])
    assert.equal((await api.call('GET', path, { as: { token } })).status, 403);
  const listed = (await api.call('GET', '/v1/proposals')).json()['proposals'] as { created: string }[];
  assert.equal(listed[0]?.created, '1970-01-01T00:00:01Z');
  const shown = (await api.call('GET', '/v1/proposals/one')).json();
  assert.equal(shown['expires'], '1970-01-01T00:00:02Z');
  assert.deepEqual(shown['goes'], [{ stream: 'climate', segments: 1, rows: 2 }]);
  assert.equal((await api.call('GET', '/v1/proposals/two')).status, 404);
  assert.equal((await api.call('POST', '/v1/proposals/two/approve', { body: { digest: DIGEST } })).status, 404);
});

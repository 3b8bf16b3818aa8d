import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CALLER_HEADER } from '#flow/gateway/index.ts';
import { openApi } from '../testing.ts';
import type { OpenApi } from '../testing.ts';

interface Made {
  readonly agent: { readonly id: string; readonly agent: readonly string[]; readonly status: string };
  readonly secret: string;
}

/** Somebody with roles, and an agent of theirs. */
async function agentOf({ identity, call }: OpenApi, roles: string[], body: object) {
  const { person, token } = await identity.people.add(`u${crypto.randomUUID().slice(0, 8)}`, roles, 'test');
  const answer = await call('POST', '/v1/me/agents', { as: { token }, body: { name: 'helper', days: 30, ...body } });
  assert.equal(answer.status, 201, answer.text);
  return { person, token, ...(answer.json() as unknown as Made) };
}

test('an agent may what both it and its person may, and the log names both', async (t) => {
  const api = await openApi(t);
  const keeper = await agentOf(api, ['keeper'], {});
  const users = (token: string) => api.call('GET', '/v1/users', { as: { token } });
  const answer = await users(keeper.secret);
  // It uses the quota and the turns of its person, however many agents there are.
  assert.deepEqual([answer.status, answer.headers[CALLER_HEADER]], [200, `person:${keeper.person.id}`]);
  const actor = `agent:agent-${keeper.agent.id}@person:${keeper.person.id}`;
  assert.ok(api.audit.events.some((event) => event.actor === actor && event.outcome === 'allowed'));
  const me = (await api.call('GET', '/v1/me', { as: { token: keeper.secret } })).json();
  assert.deepEqual([me['kind'], me['actsFor'], me['roles']], ['agent', keeper.person.id, ['keeper']]);
  const bare = await agentOf(api, ['keeper', 'scientist'], { roles: ['scientist'] });
  assert.equal((await users(bare.token)).status, 200);
  assert.equal((await users(bare.secret)).status, 403, 'a role that it was not given');
  const narrow = await agentOf(api, ['keeper'], { actions: ['query'] });
  assert.equal((await users(narrow.secret)).status, 403, 'an action that it is not for');
  // What the person loses, the agent loses with them.
  await api.identity.people.setRoles(keeper.person.id, ['scientist'], 'test');
  assert.equal((await users(keeper.secret)).status, 403);
  await api.identity.people.disable(keeper.person.id, 'test');
  assert.equal((await users(keeper.secret)).status, 401);
});

test('a person sees and ends their own agents, and nobody else’s', async (t) => {
  const api = await openApi(t);
  const mine = await agentOf(api, ['scientist'], {});
  const other = await agentOf(api, ['scientist'], {});
  const listed = (await api.call('GET', '/v1/me/agents', { as: { token: mine.token } })).json()['agents'];
  assert.deepEqual(
    (listed as Made['agent'][]).map(({ id, agent }) => [id, agent]),
    [[mine.agent.id, ['scientist']]],
  );
  const end = (token: string) => api.call('POST', `/v1/me/agents/${mine.agent.id}/revoke`, { as: { token }, body: {} });
  assert.equal((await end(other.token)).status, 404);
  assert.equal((await end(mine.token)).json()['status'], 'revoked');
  assert.equal((await api.call('GET', '/v1/me', { as: { token: mine.secret } })).status, 401);
});

test('software, keys for less and the operator make no agents, and nobody gives a role that they lack', async (t) => {
  const api = await openApi(t);
  const { secret, token, person } = await agentOf(api, ['scientist'], {});
  const key = await api.call('POST', `/v1/users/${person.id}/api-keys`, {
    body: { name: 'k', days: 1, actions: ['query'] },
  });
  const scoped = (key.json() as unknown as Made).secret;
  const make = (as: { token: string } | 'operator', more: object = {}) =>
    api.call('POST', '/v1/me/agents', { as, body: { name: 'x', days: 1, ...more } });
  for (const answer of [
    await make({ token: secret }),
    await make({ token: scoped }),
    await make('operator'),
    await make({ token }, { roles: ['keeper'] }),
  ])
    assert.deepEqual([answer.status, answer.json()['code']], [400, 'API_AGENT_REFUSED']);
  assert.equal((await make({ token }, { days: 91 })).status, 400);
  const service = await api.identity.people.create('service', 'loader', ['scientist'], 'test');
  await assert.rejects(
    api.identity.signIn.keys.issue(
      {
        person: service.id,
        name: 'x',
        scope: { actions: null, views: null, purposes: null },
        life: 60_000 as never,
        agent: [],
      },
      'test',
    ),
    { code: 'IDENTITY_API_KEY_INVALID' },
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { standIn } from '../testing.ts';
import { addAgentCommand } from './agent.ts';

const AGENT = {
  id: '0193',
  user: 'p1',
  name: 'helper',
  actions: ['query'],
  views: null,
  purposes: null,
  agent: ['scientist'],
  status: 'enabled',
  created: '2026-01-01T00:00:00Z',
  expires: '2026-01-31T00:00:00Z',
  lastUsed: null,
};

test('weir agent add sends what the agent is for, and prints its key alone', async (t) => {
  const platform = await standIn(t, { 'POST /v1/me/agents': { agent: AGENT, secret: 'weir_key_x' } });
  const words = ['agent', 'add', 'helper', '--role', 'scientist', '--action', 'query', '--days', '7'];
  const { out, err } = await platform.run(addAgentCommand, ...words);
  assert.equal(out, 'weir_key_x\n');
  assert.match(err, /0193 acts for you until 2026-01-31/);
  const body: unknown = JSON.parse(platform.heard.at(-1)?.body ?? '');
  assert.deepEqual(body, { name: 'helper', days: 7, roles: ['scientist'], actions: ['query'] });
  await assert.rejects(platform.run(addAgentCommand, 'agent', 'add', 'helper', '--days', '91'));
});

test('weir agent list and revoke show whose roles it has, and that it ended', async (t) => {
  const platform = await standIn(t, {
    'GET /v1/me/agents': { agents: [AGENT] },
    'POST /v1/me/agents/0193/revoke': { ...AGENT, status: 'revoked' },
  });
  assert.match(
    (await platform.run(addAgentCommand, 'agent', 'list')).out,
    /^0193 +helper +enabled +scientist +actions query +2026-01-31T00:00:00Z +never$/m,
  );
  assert.equal((await platform.run(addAgentCommand, 'agent', 'revoke', '0193', '--yes')).out, '0193 is revoked\n');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '../errors.ts';
import type { Services } from '../services.ts';
import { API_TEMPLATE, openApi } from '../testing.ts';
import { makeTemplate } from '../../../../../test/support/make-template.ts';

const SOURCE = { path: 'template.yaml', text: API_TEMPLATE, files: { 'a.sql': 'select 1' } };

function recordTemplates() {
  const done: unknown[] = [];
  const templates: Services['templates'] = {
    current: makeTemplate(API_TEMPLATE),
    plan: (source) => {
      done.push(['plan', source]);
      return { changes: [] };
    },
    apply: async (source, { actor }) => {
      done.push(['apply', source, actor]);
      if (source.text === 'refused') throw new ApiError('API_TEMPLATE_REFUSED', 'Cannot apply template: it is so');
      const proposal = { id: 'one', digest: 'ab'.repeat(32), expires: 1_000_000 };
      return { changes: [], proposal: source.text === 'weaker' ? proposal : null };
    },
  };
  return { templates, done };
}

test('POST /v1/template/plan and apply hand the files on, apply with its author', async (t) => {
  const { templates, done } = recordTemplates();
  const { call, identity } = await openApi(t, { templates });
  const [operator] = await identity.people.list();
  assert.deepEqual((await call('POST', '/v1/template/plan', { body: SOURCE })).json(), { changes: [] });
  assert.deepEqual((await call('POST', '/v1/template/apply', { body: SOURCE })).json(), {
    changes: [],
    proposal: null,
  });
  assert.deepEqual(done, [
    ['plan', SOURCE],
    ['apply', SOURCE, `person:${operator?.id}`],
  ]);
});

test('GET /v1/template gives a version back as it was handed in, to those who administer it', async (t) => {
  const { templates } = recordTemplates();
  const { digest } = templates.current;
  const [now, before] = [
    { name: 't', digest, applied: 2_000_000, actor: 'person:a', source: SOURCE },
    { name: 't', digest: 'ab'.repeat(32), applied: 1_000_000, actor: 'person:b', source: { ...SOURCE, text: 'x' } },
  ];
  const templateVersions: Services['templateVersions'] = {
    applications: async () => [now, before],
    handedIn: async (beginning) => [now, before].find((one) => one.digest.startsWith(beginning)) ?? null,
  };
  const { call, identity } = await openApi(t, { templates, templateVersions });
  const shown = { name: 't', digest, applied: '1970-01-01T00:00:02Z', inForce: true };
  assert.deepEqual((await call('GET', '/v1/template')).json(), { ...shown, ...SOURCE });
  const older = (await call('GET', '/v1/template?version=abab')).json();
  assert.deepEqual([older['text'], older['inForce']], ['x', false]);
  assert.equal((await call('GET', '/v1/template?version=0000')).json()['code'], 'API_TEMPLATE_UNKNOWN');
  assert.equal((await call('GET', `/v1/template?version=${'0'.repeat(65)}`)).status, 400);
  const { versions } = (await call('GET', '/v1/template/versions')).json() as { versions: { by: string }[] };
  assert.deepEqual(versions[0], { ...shown, by: 'person:a' });
  assert.deepEqual(
    versions.map(({ by }) => by),
    ['person:a', 'person:b'],
  );
  const { token } = await identity.people.add('ada', ['scientist'], 'test');
  for (const path of ['/v1/template', '/v1/template/versions'])
    assert.equal((await call('GET', path, { as: { token } })).status, 403);
});

test('POST /v1/template/apply answers 400 where a change is refused', async (t) => {
  const { templates } = recordTemplates();
  const { call } = await openApi(t, { templates });
  const answer = await call('POST', '/v1/template/apply', { body: { ...SOURCE, text: 'refused' } });
  assert.deepEqual([answer.status, answer.json()['code']], [400, 'API_TEMPLATE_REFUSED']);
});

test('POST /v1/template/apply answers 202 where it waits for a second person', async (t) => {
  const { templates } = recordTemplates();
  const { call } = await openApi(t, { templates });
  const answer = await call('POST', '/v1/template/apply', { body: { ...SOURCE, text: 'weaker' } });
  const proposal = { id: 'one', digest: 'ab'.repeat(32), expires: '1970-01-01T00:00:01Z' };
  assert.deepEqual([answer.status, answer.json()], [202, { changes: [], proposal }]);
});

test('template routes need administer of the template', async (t) => {
  const { templates, done } = recordTemplates();
  const { call, identity } = await openApi(t, { templates });
  const { token } = await identity.people.add('ada', ['scientist'], 'test');
  for (const verb of ['plan', 'apply']) {
    assert.equal((await call('POST', `/v1/template/${verb}`, { as: { token }, body: SOURCE })).status, 403);
    assert.equal((await call('POST', `/v1/template/${verb}`, { body: { ...SOURCE, files: [1] } })).status, 400);
  }
  assert.deepEqual(done, []);
});

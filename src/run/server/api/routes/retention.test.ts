import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import type { Hold } from '#flow/store/index.ts';
import { ServerError } from '../../errors.ts';
import type { Services } from '../services.ts';
import { openApi } from '../testing.ts';

const HOLD: Hold = {
  id: 'h1',
  stream: 'climate',
  from: null,
  to: micros(1_000_000),
  reason: 'case 12',
  owner: 'legal',
  created: micros(0),
  released: null,
};

/** Stands in for the keeper, which is tested by itself. */
const retention: Services['retention'] = {
  plan: async () => [
    {
      stream: 'climate',
      min: null,
      max: null,
      segments: 1,
      rows: 2,
      due: 0,
      held: 1,
      next: [{ segment: 's', rows: 2, begins: 0, ends: 1_000_000, held: true }],
    },
  ],
  hold: async (_actor, request) => ({ ...HOLD, ...request }),
  release: async (_actor, id) => {
    if (id !== 'h1') throw new ServerError('SERVER_HOLD_UNKNOWN', `Cannot release hold ${id}: no such hold stands`);
  },
  goingWithout: async (id) => {
    if (id !== 'h1') throw new ServerError('SERVER_HOLD_UNKNOWN', `Cannot release hold ${id}: no such hold stands`);
    return [{ stream: 'climate', segments: 1, rows: 2 }];
  },
  uncertified: async () => [{ stream: 'climate', segments: 1, rows: 2, since: 0 }],
  listHolds: async () => [{ ...HOLD, id: 'own', stream: '_probe' }, HOLD],
  certificates: async () => [
    { id: 'a', at: 0, amends: 'k' },
    { id: 'k', at: 0, amends: null },
  ],
  addenda: async (id) => (id === 'k' ? [{ id: 'a', at: 0, text: '{}' }] : []),
  certificate: async (id) => (id === 'k' ? '{"signed": true}' : null),
};

test('what goes, what is held and what went is shown to who administers', async (t) => {
  const { call } = await openApi(t, { retention });
  const plan = (await call('GET', '/v1/retention')).json();
  assert.deepEqual(plan['streams'], [
    {
      stream: 'climate',
      min: null,
      max: null,
      segments: 1,
      rows: 2,
      due: 0,
      held: 1,
      next: [{ segment: 's', rows: 2, begins: '1970-01-01T00:00:00Z', ends: '1970-01-01T00:00:01Z', held: true }],
    },
  ]);
  const holds = (await call('GET', '/v1/holds')).json()['holds'] as { to: string }[];
  assert.deepEqual(
    holds.map(({ to }) => to),
    ['1970-01-01T00:00:01Z'],
    'those of the prober are nobody’s',
  );
  assert.deepEqual((await call('GET', '/v1/erasures')).json(), {
    certificates: [
      { id: 'a', at: '1970-01-01T00:00:00Z', amends: 'k' },
      { id: 'k', at: '1970-01-01T00:00:00Z', amends: null },
    ],
    uncertified: [{ stream: 'climate', segments: 1, rows: 2, since: '1970-01-01T00:00:00Z' }],
  });
  const shown = { id: 'k', certificate: '{"signed": true}', addenda: ['a'] };
  assert.deepEqual((await call('GET', '/v1/erasures/k')).json(), shown);
  for (const path of ['retention', 'holds', 'erasures', 'erasures/k'])
    assert.equal((await call('GET', `/v1/${path}`, { as: 'device' })).status, 403, path);
});

test('holds are made and released, and what makes no sense is refused', async (t) => {
  const { call } = await openApi(t, { retention });
  const body = { stream: 'climate', from: '2026-01-01T00:00:00Z', reason: 'case 12', owner: 'legal' };
  const made = await call('POST', '/v1/holds', { body });
  assert.deepEqual([made.status, made.json()['from'], made.json()['to']], [201, '2026-01-01T00:00:00Z', null]);
  const going = { goes: [{ stream: 'climate', segments: 1, rows: 2 }] };
  assert.deepEqual((await call('GET', '/v1/holds/h1/going')).json(), going);
  assert.equal((await call('GET', '/v1/holds/h2/going')).status, 404);
  assert.deepEqual((await call('POST', '/v1/holds/h1/release', { body: {} })).json(), { id: 'h1' });
  const cases: readonly [string, object, number, string][] = [
    ['holds', { ...body, from: 'yesterday' }, 400, 'API_BODY_INVALID'],
    ['holds', { ...body, reason: '' }, 400, 'API_BODY_INVALID'],
    ['holds', { stream: 'climate', reason: 'r' }, 400, 'API_BODY_INVALID'],
    ['holds/h2/release', {}, 404, 'SERVER_HOLD_UNKNOWN'],
  ];
  for (const [path, asked, status, code] of cases) {
    const answer = await call('POST', `/v1/${path}`, { body: asked });
    assert.deepEqual([answer.status, answer.json()['code']], [status, code], `${path} ${JSON.stringify(asked)}`);
  }
  const unknown = await call('GET', '/v1/erasures/x');
  assert.deepEqual([unknown.status, unknown.json()['code']], [404, 'API_CERTIFICATE_UNKNOWN']);
});

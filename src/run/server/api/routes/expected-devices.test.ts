import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openApi } from '../testing.ts';

const LIST = '/v1/expected-devices';

test('expected devices are shown and taken off by who may enrol', async (t) => {
  const { call, identity } = await openApi(t);
  const devices = [1, 2].map((n) => ({ manufacturer: 'acme', serial: `S${n}`, name: `truck-${n}`, type: 'reefer' }));
  await identity.enrolment.expected.add(devices, 'test');
  const { token } = await identity.people.add('ada', ['scientist'], 'test');
  assert.equal((await call('GET', LIST, { as: { token } })).status, 403);
  const shown = (await call('GET', `${LIST}?limit=1`)).json();
  assert.equal(shown['total'], 2);
  assert.deepEqual(
    (shown['devices'] as { name: string; used: unknown }[]).map(({ name, used }) => [name, used]),
    [['truck-1', null]],
  );
  const remove = (body: object) => call('POST', `${LIST}/remove`, { body });
  assert.deepEqual((await remove({ name: 'truck-1' })).json(), { removed: 1 });
  assert.equal((await remove({ name: 'truck-1' })).status, 404);
  for (const body of [{}, { name: 'truck-2', all: true }, { all: false }]) {
    assert.equal((await remove(body)).status, 400, JSON.stringify(body));
  }
  assert.deepEqual((await remove({ all: true })).json(), { removed: 1 });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import { processingRecord } from '#assure/privacy/index.ts';
import { makeTemplate } from '../../../../../test/support/make-template.ts';
import { openApi } from '../testing.ts';

const template = makeTemplate(
  'devices: {d: {}}\nstreams: {s: {from: d, purposes: [care], subject: who, fields: {who: {type: text, class: personal}}}}',
);
const record = processingRecord(template, [{ stream: 'old', column: 'x', class: 'health' }], [], micros(0), {
  places: [{ place: 'backup:vault', region: null }],
  transfers: [{ from: 'eu', to: 'us', mechanism: 'adequacy', document: 'dpf', until: '2027-01-01T00:00:00Z' }],
});

test('the record and its notice are given as JSON and as pages to who audits', async (t) => {
  const { call } = await openApi(t, { processingRecord: async () => record });
  const answer = (await call('GET', '/v1/privacy/record')).json();
  assert.deepEqual(answer['undocumented'], [{ stream: 'old', column: 'x', class: 'health' }]);
  assert.equal(((await call('GET', '/v1/privacy/notice')).json()['sections'] as unknown[]).length, 3);
  for (const path of ['record', 'notice']) {
    const page = await call('GET', `/v1/privacy/${path}.html`);
    assert.match(String(page.headers['content-type']), /^text\/html/);
    assert.match(page.text, /^<!doctype html>/);
  }
  assert.equal((await call('GET', '/v1/privacy/record', { as: 'nobody' })).status, 401);
});

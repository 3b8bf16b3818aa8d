import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { noticePage, privacyNotice, recordPage } from './privacy-notice.ts';
import { processingRecord } from './processing-record.ts';

const recordOf = (yaml: string, stored: Parameters<typeof processingRecord>[1] = []) =>
  processingRecord(makeTemplate(`devices: {d: {}}\n${yaml}`), stored, [], micros(0), {
    places: [],
    transfers: [],
  });

const PERSONAL = recordOf(
  'region: eu\nobjects: {cold: {location: /mnt/cold}}\nstreams: {vitals: {archive: {after: 7d, to: cold}, description: "heart <b>rate</b>", from: d, purposes: [care], basis: consent, subject: patient, keep: {max: 30d}, fields: {patient: {type: text, class: identifier}, rate: {type: number, class: health}, key: {type: text, class: secret}}}}\npeople: {doctor: {query: [vitals], purposes: [care], sees: [health]}}',
  [{ stream: 'vitals', column: '<x>', class: 'health' }],
);

test('privacyNotice() says in words what is kept, why, how long, and what one can ask', () => {
  const [vitals, where, rights] = privacyNotice(PERSONAL);
  assert.deepEqual(vitals?.sentences, [
    'We keep: patient, rate.',
    'We use it for: care.',
    'We may do so because you agreed; you can take that back at any time.',
    'It is kept at most 30 days.',
    'In place of patient we keep a code that says nothing by itself.',
    'Those who may see some of it: doctor.',
  ]);
  assert.deepEqual(where?.sentences, ['It is kept in the region eu.']);
  assert.match(rights?.sentences.join(' ') ?? '', /within a month/);
});

test('privacyNotice() of machines alone says that nothing is about a person', () => {
  const record = recordOf('streams: {s: {from: d, fields: {n: {type: number}}}}');
  assert.deepEqual(privacyNotice(record)[0]?.sentences, ['We keep nothing that is about a person.']);
});

test('pages show hostile names as text, and what is undocumented', () => {
  assert.ok(!noticePage(PERSONAL).includes('<b>'));
  assert.match(recordPage(PERSONAL), /vitals\.&lt;x&gt; \(health\)/);
  assert.match(recordPage(PERSONAL), /archive: cold, in eu, after 7 days/);
  assert.match(recordPage({ ...PERSONAL, undocumented: [] }), /Nothing is stored that the template does not know/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import type { StoredPlace } from '#assure/privacy/index.ts';
import { openKeys } from '../../../../test/support/open-trust.ts';
import { temporaryFolder } from '../../../../test/support/tmp.ts';
import { cornersOf } from './corners.ts';

const place = (kind: StoredPlace['kind'], relation: string): StoredPlace => ({
  relation,
  kind,
  column: 'who',
  type: 'text',
  domain: null,
  values: ['ada'],
  digests: [],
});

test('corners ask each part for what it knows a person by, and nobody else', async (t) => {
  const { keys } = await openKeys(t);
  const asked: unknown[] = [];
  const corners = cornersOf({
    quarantine: { directory: await temporaryFolder(t), keys },
    tables: {
      countSubject: (...words) => (asked.push(words), 4),
      eraseSubject: async (...words) => (asked.push(words), 4),
    },
    statements: {
      naming: async (values) => (asked.push(values), ['d1', 'd2']),
      remove: async (digests) => void asked.push(digests),
    },
    vault: {
      originals: async (domain, tokens) => (asked.push([domain, tokens]), new Map([['ada', 'ada']])),
      forget: async (domain, tokens) => (asked.push([domain, tokens]), 1),
    },
  });
  const subject = {
    places: [
      { ...place('stream', 's'), domain: 'people' },
      place('table', 'staff'),
      place('table', 'riders'),
      // A statement about a device of theirs is not about the person.
      { ...place('stream', '_connections'), column: 'device', values: ['watch-1'] },
    ],
    spans: [],
  };
  assert.deepEqual(await Promise.all(corners.map((corner) => corner.count(subject))), [0, 8, 2, 1]);
  assert.deepEqual(asked, [
    ['staff', [{ name: 'who', values: ['ada'] }]],
    ['riders', [{ name: 'who', values: ['ada'] }]],
    ['ada'],
    ['people', ['ada']],
  ]);
  asked.length = 0;
  assert.deepEqual(await Promise.all(corners.map((corner) => corner.erase(subject))), [0, 8, 2, 1]);
  assert.ok(asked.some((each) => isDeepStrictEqual(each, ['people', ['ada']])));
  assert.ok(asked.some((each) => isDeepStrictEqual(each, ['d1', 'd2'])));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatSubjectUri, parseSubjectNames } from './subject-uri.ts';

const OURS = '0123456789abcdef';

test('parseSubjectNames() reads what formatSubjectUri() writes', () => {
  for (const kind of ['device', 'client'] as const) {
    for (const name of ['truck-7', '00:1B:44.a', '_probe', 'a'.repeat(64)]) {
      const names = `URI:${formatSubjectUri(OURS, { kind, name })}`;
      assert.deepEqual(parseSubjectNames(OURS, names), { kind, name });
    }
  }
});

test('parseSubjectNames() refuses everything beside exactly one URI of ours', () => {
  const wrong = [
    undefined,
    '',
    'DNS:localhost',
    `URI:urn:weir:${OURS}:device:`,
    `URI:urn:weir:${OURS}:device`,
    `URI:urn:weir:${OURS}:person:ada`,
    `URI:urn:weir:fedcba9876543210:device:truck-7`,
    `URI:urn:weir:${OURS}:device:truck-7, DNS:other`,
    `DNS:other, URI:urn:weir:${OURS}:device:truck-7`,
    `URI:urn:weir:${OURS}:device:a, URI:urn:weir:${OURS}:device:b`,
    `URI:"urn:weir:${OURS}:device:a"`,
    `URI:urn:weir:${OURS}:device:../a`,
    `URI:urn:weir:${OURS}:device:__a`,
    `URI:urn:weir:${OURS}:device:a\n`,
    `URI:urn:weir:${OURS}:device:${'a'.repeat(65)}`,
    `URI:urn:weir:${OURS}:device:${'a'.repeat(600)}`,
  ];
  for (const names of wrong) assert.equal(parseSubjectNames(OURS, names), null, String(names));
});

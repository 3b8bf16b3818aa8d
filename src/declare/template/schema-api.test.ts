import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../test/support/make-template.ts';

const YAML = `
api:
  contact: [mailto:security@example.com]
  origins: [https://console.example.com]
  signatures: [administer, enrol]
`;

test('api takes contacts, origins and actions, and is absent where nothing is declared', () => {
  assert.deepEqual(makeTemplate(YAML).api, {
    contact: ['mailto:security@example.com'],
    origins: ['https://console.example.com'],
    signatures: ['administer', 'enrol'],
  });
  assert.equal(makeTemplate('').api, undefined);
});

test('api refuses what is no URI, no origin over TLS or no action that can be signed', () => {
  for (const wrong of [
    'contact: [security@example.com]',
    'contact: ["mailto:a\\nX: b"]',
    'origins: ["*"]',
    'origins: [http://console.example.com]',
    'origins: [https://console.example.com/path]',
    'signatures: [table]',
    'signatures: [query]',
    'other: 1',
  ]) {
    assert.throws(() => makeTemplate(`api: {${wrong}}`), wrong);
  }
});

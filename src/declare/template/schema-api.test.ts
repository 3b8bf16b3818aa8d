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

test('traces takes an address over TLS or on this machine, the name of a file, and a share', () => {
  const endpoint = 'https://collector.example.com:4318/v1/traces';
  assert.deepEqual(makeTemplate(`traces: {endpoint: '${endpoint}'}`).traces, { endpoint, headers: null, sample: 0.1 });
  const local = 'http://127.0.0.1:4318/v1/traces';
  assert.deepEqual(makeTemplate(`traces: {endpoint: '${local}', headers: a.b, sample: 0}`).traces, {
    endpoint: local,
    headers: 'a.b',
    sample: 0,
  });
  assert.equal(makeTemplate('').traces, undefined);
  for (const wrong of [
    'sample: 1',
    'endpoint: "http://collector.example.com/v1/traces"',
    'endpoint: "http://localhost.example.com/v1/traces"',
    'endpoint: "https://a.example/ b"',
    'endpoint: "https://user:secret@a.example/"',
    `endpoint: '${endpoint}', headers: ../operator/operator.key`,
    `endpoint: '${endpoint}', headers: .hidden`,
    `endpoint: '${endpoint}', headers: a..b`,
    `endpoint: '${endpoint}', sample: 1.5`,
  ]) {
    assert.throws(() => makeTemplate(`traces: {${wrong}}`), wrong);
  }
});

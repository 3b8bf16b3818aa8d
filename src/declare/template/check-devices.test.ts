import assert from 'node:assert/strict';
import { test } from 'node:test';

import { findingsOf } from '../../../test/support/make-template.ts';

const device = (body: string) =>
  findingsOf(`devices: {pump: {${body}}, valve: {}}\nstreams: {s: {from: pump, fields: {x: {type: number}}}}`).join(
    '\n',
  );

test('checkDevices() takes what holds together', () => {
  assert.equal(device('speaks-for: [valve], certificate: {life: 24h, renew-before: 24h}'), '');
  assert.equal(device('certificate: {renew-before: 300d}'), '');
});

test('checkDevices() refuses names that are not declared and lives that are none', () => {
  const table: [string, RegExp][] = [
    ['speaks-for: [valv]', /TEMPLATE_REFERENCE_UNKNOWN.*valve/],
    ['manufacturers: [acme]', /TEMPLATE_REFERENCE_UNKNOWN/],
    ['certificate: {life: 30s}', /TEMPLATE_VALUE_INVALID/],
    ['certificate: {life: 11y}', /TEMPLATE_VALUE_INVALID/],
    ['certificate: {life: 1d, renew-before: 2d}', /TEMPLATE_VALUE_INVALID/],
    ['certificate: {renew-before: 400d}', /TEMPLATE_VALUE_INVALID/],
    ['certificate: {renew: 1d}', /TEMPLATE_KEY_UNKNOWN/],
  ];
  for (const [body, expected] of table) assert.match(device(body), expected, body);
});

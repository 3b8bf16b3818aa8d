import assert from 'node:assert/strict';
import { test } from 'node:test';

import { findingsOf } from '../../../test/support/make-template.ts';

const base = 'devices: {d: {}}\nstreams: {s: {from: d, fields: {x: {type: number}}}}\n';

test('readBeside() finds a file that leaves the folder, is not there, or is too long', () => {
  const found = (file: string, files: Record<string, string> = {}) =>
    findingsOf(`${base}manufacturers: {acme: {anchors: ${file}}}`, files).join('\n');
  assert.match(found('../a.pem'), /TEMPLATE_VALUE_INVALID/);
  assert.match(found('a.pem'), /TEMPLATE_FILE_MISSING/);
  assert.match(found('a.pem', { 'a.pem': 'x'.repeat(70_000) }), /TEMPLATE_TOO_LARGE/);
});

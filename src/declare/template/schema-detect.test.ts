import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findingsOf, makeTemplate } from '../../../test/support/make-template.ts';

const STREAM = 'devices: { reefer: {} }\nstreams: { climate: { from: reefer, fields: { t: { type: number } } } }\n';

test('detection takes shares for dearer detectors, and no others', () => {
  const { detect } = makeTemplate(`${STREAM}detect: { climate: { tiers: { suspicious: 0.1 } } }\n`);
  assert.deepEqual({ ...detect.get('climate')?.tiers }, { suspicious: 0.1 });
  assert.deepEqual(findingsOf(`${STREAM}detect: { climate: { tiers: { sample: 5 } } }\n`), [
    'TEMPLATE_VALUE_INVALID 5:39',
  ]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { days, hours } from '#base/core/index.ts';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { certificateTerms } from './certificate-terms.ts';

test('certificateTerms() gives a year and a third of it, or what the type says', () => {
  const { devices } = makeTemplate(`
devices:
  plain: {}
  short: { certificate: { life: 6h } }
  early: { certificate: { life: 90d, renew-before: 80d } }
streams: { s: { from: plain, fields: { x: { type: number } } } }
`);
  const year = { life: days(365), renewBefore: Math.floor(days(365) / 3) };
  assert.deepEqual(certificateTerms(devices.get('plain')), year);
  assert.deepEqual(certificateTerms(undefined), year);
  assert.deepEqual(certificateTerms(devices.get('short')), { life: hours(6), renewBefore: hours(2) });
  assert.deepEqual(certificateTerms(devices.get('early')), { life: days(90), renewBefore: days(80) });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import { DECLARED } from '../../../test/support/open-trust.ts';
import { deviceExists, entryOf, recordOf, unknownDevice } from './device-records.ts';

const ROW = {
  name: 'truck-7',
  type: 'reefer',
  idx: 3,
  status: 'disabled',
  created: 10,
  last_seen: null,
  sealed: { owner: 'fleet', model: null, firmware: '1.2', serials: ['SN1'], speaksFor: ['valve'] },
};

const AT = { declared: DECLARED, now: micros(100) };

test('entryOf() gives what gateways need and nothing more', () => {
  assert.deepEqual(entryOf(ROW, { serials: ['0A'], suspended: [], expires: 1 }), {
    index: 3,
    name: 'truck-7',
    type: 'reefer',
    status: 'disabled',
    speaksFor: ['valve'],
    serials: ['0A'],
  });
});

test('recordOf() adds what people ask', () => {
  const bare = recordOf(ROW, undefined, AT);
  assert.deepEqual([bare.certificateExpires, bare.lastSeen, bare.serials], [null, null, []]);
  const full = recordOf({ ...ROW, last_seen: 20 }, { serials: ['0A'], suspended: ['0B'], expires: 30 }, AT);
  assert.deepEqual(full.suspended, ['0B']);
  assert.deepEqual([full.certificateExpires, full.lastSeen, full.created], [30, 20, 10]);
  assert.deepEqual([full.owner, full.model, full.firmware, full.hardwareSerials], ['fleet', null, '1.2', ['SN1']]);
});

test('unknownDevice() and deviceExists() shorten and quote what came from outside', () => {
  assert.ok(unknownDevice('x'.repeat(1_000)).message.length < 200);
  assert.match(unknownDevice('a\nb').message, /"a\\nb"/);
  assert.equal(deviceExists('truck-7').code, 'IDENTITY_DEVICE_EXISTS');
  const revoked = deviceExists('truck-7', 'revoked');
  assert.match(revoked.message, /was revoked, which is for ever$/);
  assert.match(revoked.hint ?? '', /another name, such as truck-7-2/);
});

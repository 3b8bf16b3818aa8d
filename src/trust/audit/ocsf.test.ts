import assert from 'node:assert/strict';
import { test } from 'node:test';
import { micros } from '#base/core/index.ts';
import type { AuditEvent } from '#base/core/index.ts';
import { OcsfSchema } from '../../../test/support/ocsf-schema.ts';
import { corpora } from '../../../test/support/outside.ts';
import { formatOcsf, OCSF_VERSION } from './ocsf.ts';

const FILES: Readonly<Record<number, string>> = {
  3002: 'events/iam/authentication.json',
  3004: 'events/iam/entity_management.json',
  6002: 'events/application/application_lifecycle.json',
  6003: 'events/application/api_activity.json',
  6005: 'events/application/datastore_activity.json',
};

const EVENTS: readonly AuditEvent[] = [
  {
    actor: 'person:4f1c',
    action: 'query',
    resource: 'view:climate',
    purpose: 'quality',
    outcome: 'allowed',
    digest: 'ab'.repeat(32),
    detail: { rows: 3 },
  },
  { actor: 'operator:1', action: 'enrol', resource: 'device:truck-7', outcome: 'done' },
  { actor: 'operator:1', action: 'add', resource: 'person:4f1c', outcome: 'done' },
  { actor: 'operator:1', action: 'remove', resource: 'program:model', outcome: 'failed', reason: 'unknown' },
  {
    actor: 'device:truck-7',
    action: 'connect',
    resource: 'listener:mqtt',
    outcome: 'denied',
    reason: 'expired',
    detail: { address: '192.0.2.0/24' },
  },
  { actor: 'weir:control', action: 'start', resource: 'weir:gateway', outcome: 'done' },
  { actor: 'weir:store', action: 'seal-segment', resource: 'stream:climate', outcome: 'done' },
  { actor: 'weir:keys', action: 'rotate-key', resource: 'key:epoch', outcome: 'done' },
  { actor: 'program:model', action: 'something-new', resource: 'plain', outcome: 'allowed' },
];

test('formatOcsf() writes events that the published definitions take', (t) => {
  const schema = new OcsfSchema(corpora(t, 'standards/ocsf'));
  assert.equal(schema.version, OCSF_VERSION);
  const classes = new Set<number>();
  for (const [index, event] of EVENTS.entries()) {
    const ocsf = formatOcsf({ index, time: micros(1_767_225_600_123_456), event }, 'weir.example/log');
    const uid = Number(ocsf['class_uid']);
    classes.add(uid);
    // The category of a class stands in its base, its own number within it: the framework puts them together.
    const { class_uid: _, category_uid: category, activity_id: activity, type_uid: type, ...rest } = ocsf;
    assert.deepEqual([type, Math.floor(uid / 1000)], [uid * 100 + Number(activity), category]);
    assert.deepEqual(
      schema.problems(FILES[uid] ?? '', {
        ...rest,
        activity_id: activity,
        category_uid: 0,
        class_uid: 0,
        type_uid: type,
      }),
      [],
    );
  }
  assert.deepEqual(
    [...classes].sort((a, b) => a - b),
    [3002, 3004, 6002, 6003, 6005],
  );
});

test('formatOcsf() events that lack or bend a member are seen by the check', (t) => {
  const schema = new OcsfSchema(corpora(t, 'standards/ocsf'));
  const event = formatOcsf({ index: 0, time: micros(1), event: EVENTS[0]! }, 'o');
  const bent = { ...event, category_uid: 0, class_uid: 0 };
  const problems = (change: object) =>
    schema.problems('events/application/datastore_activity.json', { ...bent, ...change });
  assert.deepEqual(problems({}), []);
  assert.equal(problems({ activity_id: 77 }).length, 1);
  assert.equal(problems({ metadata: { version: '1' } }).length, 1);
  assert.equal(problems({ table: {} }).length, 1);
  assert.equal(problems({ nonsense: 1 }).length, 1);
  assert.equal(problems({ time: 'noon' }).length, 1);
});

test('formatOcsf() keeps everything that the entry says', () => {
  const event = EVENTS[0]!;
  const ocsf = formatOcsf({ index: 7, time: micros(1_767_225_600_123_456), event }, 'weir.example/log');
  assert.equal(ocsf['time'], 1_767_225_600_123);
  assert.deepEqual(ocsf['unmapped'], {
    outcome: 'allowed',
    purpose: 'quality',
    digest: event.digest,
    detail: { rows: 3 },
  });
  assert.deepEqual((ocsf['metadata'] as { uid: string }).uid, 'weir.example/log/7');
});

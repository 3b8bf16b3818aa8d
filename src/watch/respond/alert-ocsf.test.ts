import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OcsfSchema } from '../../../test/support/ocsf-schema.ts';
import { corpora } from '../../../test/support/outside.ts';
import { formatAlertOcsf } from './alert-ocsf.ts';
import { alertOf } from './merge-finding.ts';
import { findingOf, ruleFindingOf } from './testing.ts';

const FILE = 'events/findings/detection_finding.json';
/** The category of a class stands in its base, its own number within it: the framework puts them together. */
const own = (event: object) => ({ ...event, category_uid: 0, class_uid: 0 });

test('formatAlertOcsf() writes findings that the published definitions take', (t) => {
  const schema = new OcsfSchema(corpora(t, 'standards/ocsf'));
  const alert = alertOf(findingOf(), 5_000_000);
  const ofRule = alertOf(ruleFindingOf(), 5_000_000);
  for (const one of [
    alert,
    ofRule,
    { ...alert, open: false, state: 'false-alarm' as const },
    { ...alert, nearest: null },
  ]) {
    assert.deepEqual(schema.problems(FILE, own(formatAlertOcsf(one))), []);
  }
  assert.equal(schema.problems(FILE, own({ ...formatAlertOcsf(alert), finding_info: {} })).length, 1);
});

test('formatAlertOcsf() says what is new, goes on and is over', () => {
  const alert = alertOf(findingOf(), 5_000_000);
  const activities = [alert, { ...alert, changed: 6_000_000 }, { ...alert, open: false }].map(
    (one) => formatAlertOcsf(one)['type_uid'],
  );
  assert.deepEqual(activities, [200_401, 200_402, 200_403]);
  assert.equal(formatAlertOcsf(alert)['time'], 5_000);
});

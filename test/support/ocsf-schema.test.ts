import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OcsfSchema } from './ocsf-schema.ts';
import { corpora } from './outside.ts';

test('OcsfSchema names what an event lacks and what it has too much', (t) => {
  const schema = new OcsfSchema(corpora(t, 'standards/ocsf'));
  const problems = schema.problems('events/findings/detection_finding.json', { time: 1, nonsense: 1 });
  assert.ok(problems.includes('detection_finding: lacks finding_info'));
  assert.ok(problems.includes('detection_finding: has no attribute nonsense'));
});

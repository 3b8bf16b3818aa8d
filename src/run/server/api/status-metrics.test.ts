import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statusMetrics } from './status-metrics.ts';
import { STATUS_EXAMPLE } from './testing.ts';

test('statusMetrics() shows counts by reason and process, and nothing that names a device or a person', () => {
  const families = statusMetrics(STATUS_EXAMPLE);
  const samplesOf = (name: string) => families.find((family) => family.name === name)?.samples;
  assert.deepEqual(samplesOf('weir_readings_refused_total'), [{ labels: { reason: 'range' }, value: 3 }]);
  assert.deepEqual(samplesOf('weir_process_restarts_total'), [{ labels: { process: 'control' }, value: 0 }]);
  const labels = new Set(
    families.flatMap(({ samples }) => samples.flatMap((sample) => Object.keys(sample.labels ?? {}))),
  );
  assert.deepEqual([...labels].sort(), ['process', 'reason']);
});

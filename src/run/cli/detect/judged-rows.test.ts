import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Finding, JudgedRows } from '#watch/detect/index.ts';
import { GatheredAlerts } from '#watch/respond/index.ts';
import { alertTable, scoreTable } from './judged-rows.ts';

const FINDING: Finding = {
  id: 'a1',
  device: 'truck-3',
  stream: 'climate',
  detectors: [
    { name: 'robust-z', score: 12, limit: 8, readings: 1 },
    { name: 'hbos', score: 2, limit: 1.9, readings: 1 },
  ],
  start: 1_000_000,
  end: 2_000_000,
  open: false,
  severity: 'medium',
  budget: null,
  baseline: null,
  causes: [{ field: 'temperature', unit: 'Cel', share: 1, value: 20, usual: [1, 2], deviation: 9, wouldPass: 2 }],
  nearest: null,
  evidence: [{ time: 1_000_000, values: { temperature: 20 } }],
  sentence: 'temperature of truck-3 was 20 Cel',
};

test('alertTable() has a row for each alert, and the whole of it for whoever asks for JSON', async () => {
  const alerts = new GatheredAlerts();
  alerts.take(FINDING, 5);
  const { rows, documents } = alertTable(alerts.all);
  assert.deepEqual(
    [...(rows as Iterable<unknown>)],
    [[1e6, 2e6, 'medium', 'truck-3', 'robust-z hbos', 1.5, 'temperature', 'temperature of truck-3 was 20 Cel']],
  );
  const [document] = [...documents!] as Record<string, unknown>[];
  assert.deepEqual(
    [document?.['start'], document?.['evidence'], document?.['state'], document?.['causes']],
    [
      '1970-01-01T00:00:01Z',
      [{ time: '1970-01-01T00:00:01Z', values: { temperature: 20 } }],
      undefined,
      FINDING.causes,
    ],
  );
});

test('scoreTable() has a row for each that was judged, empty where a detector said nothing or has no limit yet', async () => {
  const score = (device: string, time: number, detector: string, limit: number, beyond = false) => {
    return { device, time, detector, score: 5, limit, beyond };
  };
  async function* judged(): AsyncGenerator<JudgedRows> {
    yield { rows: 2, findings: [], scores: [score('a', 1, 'x', Infinity), score('a', 2, 'x', 4, true), score('a', 2, 'y', 4, true)] }; // prettier-ignore
    yield { rows: 1, findings: [], scores: [] };
    yield { rows: 1, findings: [], scores: [score('b', 2, 'y', 9), score('b', 2, 'other', 9)] };
  }
  const { columns, rows } = scoreTable(judged(), ['x', 'y'], 'device', 'time');
  assert.deepEqual(
    columns.map(({ name }) => name),
    ['device', 'time', 'x', 'x.limit', 'y', 'y.limit', 'beyond'],
  );
  assert.deepEqual(await Array.fromAsync(rows), [
    ['a', 1, 5, null, null, null, ''],
    ['a', 2, 5, 4, 5, 4, 'x y'],
    ['b', 2, null, null, 5, 9, ''],
  ]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flowLine, flowLines } from './show-flow.ts';
import { STATUS } from './status-example.ts';

test('flowLines() says what flows, refusals with the most frequent first', () => {
  assert.deepEqual(flowLines({ ...STATUS, degraded: [] }), [
    '  readings        2 per second, 5 since the start',
    '  refused         range 3, step 1',
    '  segments        2 with 1,000 rows in 1.5 KiB',
    '  not yet sealed  7 rows, journal 512 B',
    '  log             9 entries',
    '  devices         4 connected',
    '  alerts          2; 4 devices are watched, 3 readings not judged by all detectors',
    '  tiers           cheap 1,000 in 0.0 s, principal-components 40 in 0.0 s, 5 windows beyond the budget',
    '  not suspected   1 of 2 odd windows in a sample of 9',
    '  drift           looked for in 4 of 6 fields',
  ]);
});

test('flowLine() says the same in one line, and what is degraded', () => {
  const line = flowLine({ ...STATUS, segments: { count: 1, rows: 1, bytes: 3 * 1_048_576 } });
  assert.equal(
    line,
    '2 readings/s, 5 admitted, refused: range 3, step 1, 1 segments with 1 rows in 3.0 MiB, 7 rows not yet sealed, log 9 entries, 2 alerts, degraded: queries are not confined',
  );
});

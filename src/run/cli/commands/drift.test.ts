import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextNormal, seedRandom } from '#learn/features/index.ts';
import { standIn } from '../testing.ts';
import { addDriftCommand } from './drift.ts';

function ndjson(level: number, rows = 600) {
  const random = seedRandom(level + 1);
  const lines = Array.from({ length: rows }, (_, i) =>
    JSON.stringify({
      device: `truck-${i % 4}`,
      seq: 1_000 * (level + 1) + i,
      time_given: true,
      time: new Date(Date.UTC(2026, 10, 1) + i * 60_000).toISOString(),
      temperature: level + nextNormal(random),
      humidity: 50 + nextNormal(random),
      open: i % 7 === 0,
    }),
  );
  return { status: 200, type: 'application/x-ndjson', text: lines.join('\n') };
}

const RANGES = ['--before', '2026-11-01..2026-11-08', '--after', '2026-11-08..2026-11-15'];

test('weir drift names the columns that have drifted, with what they were and are', async (t) => {
  let asked = 0;
  const platform = await standIn(t, { 'POST /v1/query': () => ndjson(asked++ === 0 ? 0 : 3) });
  const { out } = await platform.run(addDriftCommand, 'drift', 'climate', ...RANGES, '--purpose', 'care');
  assert.match(out, /^temperature has drifted; of the columns named at most 5 %/);
  assert.match(out, /^temperature +yes +0\.0005/m);
  assert.match(out, /^humidity +no/m);
  // Neither times nor what the platform counts.
  assert.ok(!/^(time|seq)/m.test(out));
  assert.deepEqual(JSON.parse(platform.heard[0]?.body ?? ''), {
    sql: `SELECT * FROM "climate" WHERE "time" >= '2026-11-01T00:00:00.000Z' AND "time" < '2026-11-08T00:00:00.000Z' ORDER BY "time" LIMIT 100000`,
    purpose: 'care',
  });
});

test('weir drift refuses what is no range, and too few rows', async (t) => {
  const platform = await standIn(t, { 'POST /v1/query': ndjson(0, 20) });
  for (const range of ['2026-11-08..2026-11-01', '2026-11-01', 'then..now', '1..2..3']) {
    const failed = platform.run(addDriftCommand, 'drift', 'climate', '--before', range, ...RANGES.slice(2));
    await assert.rejects(failed, { code: 'CLI_USAGE' }, range);
  }
  await assert.rejects(platform.run(addDriftCommand, 'drift', 'climate', ...RANGES), { code: 'CLI_USAGE' });
});

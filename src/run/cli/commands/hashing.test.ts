import assert from 'node:assert/strict';
import { test } from 'node:test';
import { standIn } from '../testing.ts';
import { addHashingCommand } from './hashing.ts';

const ROWS = Array.from({ length: 300 }, (_, i) => ({ site: `s${i % 10}`, warm: i % 10 > 4 }));
const answers = {
  'POST /v1/query': {
    status: 200,
    type: 'application/x-ndjson',
    text: ROWS.map((row) => JSON.stringify(row)).join('\n'),
  },
};

test('weir hashing says which categories collide and what a model loses', async (t) => {
  const platform = await standIn(t, answers);
  const { out } = await platform.run(
    addHashingCommand,
    'hashing',
    'climate',
    'site',
    '--buckets',
    '2',
    '--target',
    'warm',
  );
  assert.match(out, /^10 categories of site in 300 rows, into 2 buckets/);
  assert.match(out, /^warm told from the category, accuracy +1$/m);
  assert.match(out, /^lost by hashing +0\.\d+, at most 0\.\d+/m);
  assert.deepEqual(JSON.parse(platform.heard[0]?.body ?? ''), {
    sql: 'SELECT "site", "warm" FROM "climate" WHERE "site" IS NOT NULL LIMIT 200000',
  });
});

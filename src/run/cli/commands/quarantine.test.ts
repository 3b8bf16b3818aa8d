import assert from 'node:assert/strict';
import { test } from 'node:test';
import { standIn } from '../testing.ts';
import { addQuarantineCommand } from './quarantine.ts';

const ROW = {
  id: 'q.1',
  device: 'pump\u001b[31m',
  stream: 'water',
  reason: 'range',
  place: 'level',
  expected: 'from 0 to 5 m',
  received: 'x',
  length: 9,
};

test('weir quarantine lists by filter, control bytes of names made harmless', async (t) => {
  const platform = await standIn(t, { 'GET /v1/quarantine?limit=5&device=pump': { readings: [ROW] } });
  const { out } = await platform.run(addQuarantineCommand, 'quarantine', 'list', '--device', 'pump', '--limit', '5');
  assert.match(out, /^q\.1 +pump·\[31m +water +range +level +from 0 to 5 m +x +9$/m);
  await assert.rejects(platform.run(addQuarantineCommand, 'quarantine', 'list', '--limit', '0'), { code: 'CLI_USAGE' });
});

test('weir quarantine show prints the payload as the platform escaped it', async (t) => {
  const platform = await standIn(t, { 'GET /v1/quarantine/q.1': { ...ROW, device: 'pump', payload: '{"level":400}' } });
  const { out } = await platform.run(addQuarantineCommand, 'quarantine', 'show', 'q.1');
  assert.equal(out, 'pump water x: range at level, expected from 0 to 5 m\n{"level":400}\n');
});

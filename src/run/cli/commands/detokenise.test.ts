import assert from 'node:assert/strict';
import { test } from 'node:test';
import { standIn } from '../testing.ts';
import { addDetokeniseCommand } from './detokenise.ts';

test('weir detokenise asks for a purpose, and shows what tokens stand for', async (t) => {
  const values = [
    { token: 't1-a', original: 'ada' },
    { token: 5, original: null },
  ];
  const platform = await standIn(t, { 'POST /v1/tokens/originals': { values } });
  const run = await platform.run(addDetokeniseCommand, 'detokenise', 's', 'who', 't1-a\r', '5', '--purpose', 'q');
  assert.match(run.out, /t1-a\s+ada/);
  assert.match(run.err, /without an original/);
  const body = { view: 's', column: 'who', purpose: 'q', tokens: ['t1-a', 5] };
  assert.deepEqual(JSON.parse(platform.heard[0]?.body ?? ''), body);
});

test('weir tokenise sends digits as a number, or as a text where that is said, and names the next command', async (t) => {
  const platform = await standIn(t, { 'POST /v1/tokens': { values: [{ original: '49', token: '77' }] } });
  const ask = (...more: string[]) =>
    platform.run(addDetokeniseCommand, 'tokenise', 's', 'phone', '49', '--purpose', 'q', ...more);
  const { out, err } = await ask('--text');
  assert.match(out, /49\s+77/);
  assert.match(err, /where phone = '77'/);
  await ask();
  const sent = platform.heard.map(({ body }) => (JSON.parse(body) as { originals: unknown }).originals);
  assert.deepEqual(sent, [['49'], [49]]);
});

test('the commands of docs/tasks/pseudonyms.md are understood', async (t) => {
  const platform = await standIn(t, {
    'POST /v1/tokens/originals': { values: [{ token: 't1-bgxgseuu4himrusw', original: 'd-1041' }] },
    'POST /v1/tokens': { values: [{ original: 'd-1041', token: 't1-bgxgseuu4himrusw' }] },
  });
  for (const command of [
    'npm run -s weir -- detokenise climate driver t1-bgxgseuu4himrusw --purpose quality',
    'npm run -s weir -- tokenise climate driver d-1041 --purpose quality',
  ]) {
    const { out } = await platform.run(addDetokeniseCommand, ...command.split(' ').slice(5));
    assert.match(out, /d-1041/);
  }
});

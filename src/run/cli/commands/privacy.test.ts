import assert from 'node:assert/strict';
import { test } from 'node:test';
import { standIn } from '../testing.ts';
import { addPrivacyCommand } from './privacy.ts';

const BUDGET = {
  stream: 'climate',
  views: ['shared'],
  epsilon: 2,
  delta: 1e-6,
  answers: 3,
  lifetime: 1.5,
  periods: [
    {
      start: null,
      finish: null,
      spent: 1.25,
      left: 0.5,
      shares: [
        { share: 'guest', spent: 0, left: 0.1 },
        { share: '*', spent: 1.25, left: 0.4 },
      ],
    },
  ],
};

test('weir privacy shows what is left of each share, and names a view to ask', async (t) => {
  const platform = await standIn(t, { 'GET /v1/privacy': { budgets: [BUDGET] } });
  const { out, err } = await platform.run(addPrivacyCommand, 'privacy');
  assert.match(out, /^climate +ever +2 +0\.000001 +1\.250 +0\.500 +guest +0\.100 +1\.500$/m);
  assert.match(out, /^climate .* common +0\.400 +1\.500$/m);
  assert.match(err, /query 'select count\(\*\) from shared'/);
});

test('weir privacy says where there is no budget', async (t) => {
  const platform = await standIn(t, { 'GET /v1/privacy': { budgets: [] } });
  assert.match((await platform.run(addPrivacyCommand, 'privacy')).out, /no stream that you ask has a privacy budget/);
});

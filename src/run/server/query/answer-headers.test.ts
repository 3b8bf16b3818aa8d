import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerHeaders } from './answer-headers.ts';

const PLAIN = { id: 'q1', missing: [], hint: null, balance: null, hidden: [] };

test('answerHeaders() names the run, and nothing else of an answer about which there is nothing to say', () => {
  assert.deepEqual(answerHeaders(PLAIN), { 'weir-query-id': 'q1' });
});

test('answerHeaders() says what is missing, up to eight, and what may help', () => {
  const missing = Array.from({ length: 9 }, (_, i) => `file ${i}`);
  assert.deepEqual(answerHeaders({ ...PLAIN, missing, hint: 'keeper holds tokens' }), {
    'weir-query-id': 'q1',
    'weir-warning': 'file 0; file 1; file 2; file 3; file 4; file 5; file 6; file 7',
    'weir-hint': 'keeper holds tokens',
  });
});

test('answerHeaders() says what an answer with noise cost, and how many aggregates it hides', () => {
  const balance = { cost: 0.1, left: 3.9, epsilon: 4, delta: 1e-6 } as Parameters<typeof answerHeaders>[0]['balance'];
  const told = answerHeaders({ ...PLAIN, balance })['weir-privacy'];
  assert.equal(told, 'cost=0.100, left=3.900, epsilon=4.000, delta="0.000001"');
  const hidden = answerHeaders({ ...PLAIN, balance, hidden: ['n', 'mean'] })['weir-privacy'];
  assert.equal(hidden, `${told}, hidden=2`);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePhysics } from '#declare/template/index.ts';
import { compilePhysics, judgePhysics } from './physics-check.ts';

const NAMES = ['inflow', 'outflow', 'loss'];
const NOTHING = new Float64Array(3).fill(NaN);

function judge(text: string, row: readonly number[], before = NOTHING, seconds = NaN): number {
  return judgePhysics(compilePhysics(parsePhysics(text)!, NAMES)!, Float64Array.from(row), 0, before, seconds);
}

test('judgePhysics() says by how much a balance is off', () => {
  const rule = 'inflow = outflow + loss within 5 %';
  assert.ok(judge(rule, [100, 95, 4]) < 1);
  assert.ok(Math.abs(judge(rule, [100, 80, 5]) - 3) < 1e-9);
  assert.equal(judge(rule, [100, NaN, 5]), 0);
  assert.equal(judge(rule, [0, 0, 0]), 0);
  assert.ok(Math.abs(judge('inflow - outflow = loss within 2', [10, 4, 2]) - 2) < 1e-9);
});

test('judgePhysics() says by how much a change is too fast', () => {
  const rule = 'loss changes by at most 6/min';
  const before = Float64Array.of(0, 0, 10);
  assert.ok(judge(rule, [0, 0, 10.5], before, 10) < 1);
  assert.equal(judge(rule, [0, 0, 13], before, 10), 3);
  assert.equal(judge(rule, [0, 0, 13]), 0);
  assert.ok(judge(rule, [0, 0, 11], before, 0) > 100);
});

test('compilePhysics() leaves out a rule over what is no column', () => {
  assert.equal(compilePhysics(parsePhysics('inflow = leak within 1')!, NAMES), null);
  assert.equal(compilePhysics(parsePhysics('leak changes by at most 1/s')!, NAMES), null);
});

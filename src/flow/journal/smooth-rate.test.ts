import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SmoothRate } from './smooth-rate.ts';

test('SmoothRate begins with what came first, and follows what comes', () => {
  const rate = new SmoothRate(500);
  assert.equal(rate.perSecond, null);
  rate.note(10, 0);
  assert.equal(rate.perSecond, null);
  rate.note(100, 50);
  assert.equal(rate.perSecond, 2_000);
  rate.note(0, 500);
  assert.equal(Math.round(rate.perSecond ?? 0), Math.round(2_000 / Math.E));
  for (let i = 0; i < 100; i++) rate.note(30, 100);
  assert.equal(Math.round(rate.perSecond ?? 0), 300);
});

test('SmoothRate weighs by time, not by how often it is told', () => {
  const [often, seldom] = [new SmoothRate(500), new SmoothRate(500)];
  for (const rate of [often, seldom]) rate.note(0, 1);
  for (let i = 0; i < 10; i++) often.note(10, 10);
  seldom.note(100, 100);
  assert.ok(Math.abs((often.perSecond ?? 0) - (seldom.perSecond ?? 0)) < 1e-6);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { correlate } from '#watch/respond/index.ts';
import type { Alert } from '#watch/respond/index.ts';
import { speakersOf } from './speakers-of.ts';

const DEVICES = [
  { name: 'hub-1', type: 'hub', speaksFor: ['sensor', 'hub'] },
  { name: 'hub-2', type: 'hub', speaksFor: [] },
  { name: 's-1', type: 'sensor', speaksFor: [] },
  { name: 'other', type: 'lock', speaksFor: [] },
];

test('speakersOf() names who may publish for a device, and never the device itself', () => {
  const speakers = speakersOf(DEVICES);
  assert.deepEqual(['s-1', 'hub-1', 'hub-2', 'other', 'nobody'].map(speakers), [['hub-1'], [], ['hub-1'], [], []]);
});

test('speakersOf() makes alerts of a device and of its speaker one incident', () => {
  const alert = (id: string, device: string, start: number): Alert => ({
    id,
    device,
    stream: device,
    detectors: [],
    start,
    end: start,
    open: false,
    severity: 'low',
    budget: null,
    baseline: null,
    causes: [],
    nearest: null,
    evidence: [],
    sentence: '',
    state: 'new',
    raised: start,
    changed: start,
    answers: [],
  });
  const alerts = [alert('a', 'hub-1', 0), alert('b', 's-1', 300e6), alert('c', 'other', 600e6)];
  const groups = (speakers?: (device: string) => readonly string[]) =>
    correlate(alerts, speakers).map(({ devices }) => devices);
  assert.deepEqual(groups(speakersOf(DEVICES)), [['hub-1', 's-1'], ['other']]);
  assert.deepEqual(groups(), [['hub-1'], ['s-1'], ['other']]);
});

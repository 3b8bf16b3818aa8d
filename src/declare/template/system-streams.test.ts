import assert from 'node:assert/strict';
import { test } from 'node:test';

import { makeTemplate } from '../../../test/support/make-template.ts';
import { days } from '#base/core/index.ts';
import { TEMPLATE_BOUNDS } from './limits.ts';
import { isSystemName, probeDeviceType, systemStreams } from './system-streams.ts';

test('systemStreams() gives the events and the stream of the prober', () => {
  const [events, probe, ...trials] = systemStreams({ late: days(1), early: days(1) });
  const aggregated = trials.filter(({ aggregate }) => aggregate !== undefined).length;
  const places = 2 + trials.length + aggregated;
  assert.ok(places <= TEMPLATE_BOUNDS.systemStreams, 'the gateway has places for all of them');
  assert.deepEqual([events?.name, events?.from], ['_events', []]);
  assert.deepEqual([probe?.name, probe?.from], ['_probe', [probeDeviceType().name]]);
  assert.deepEqual(
    trials.map(({ name, from, keep }) => [name, from, keep.max]),
    [
      ['_connections', [], days(90)],
      ['_trial_connections', [], days(1)],
      ['_trial', ['_probe'], days(1)],
      ['_trial_flows', ['_probe'], days(1)],
      ['_trial_windows', ['_probe'], days(1)],
    ],
  );
  assert.deepEqual(
    events?.fields.map(({ name, nullable }) => [name, nullable]),
    [
      ['kind', false],
      ['detail', true],
      ['client', true],
    ],
  );
  assert.deepEqual(
    probe?.fields.map(({ name, type, range, step }) => [name, type, range, step]),
    [
      ['n', 'integer', [0, 1_000_000], null],
      ['canary', 'text', null, null],
      ['value', 'number', [-1_000, 1_000], { perSecond: 100 }],
      ['serial', 'text', null, null],
      ['place', 'number', [-1_000, 1_000], null],
      ['day', 'time', null, null],
      ['surplus', 'text', null, null],
      ['case_open', 'boolean', null, null],
      ['boots', 'integer', [0, 1_000_000], null],
      ['code', 'text', null, null],
    ],
  );
});

test('systemStreams() are in every template, and take its window of times', () => {
  const template = makeTemplate('accept: {late: 1h}');
  assert.deepEqual(
    [...template.streams.keys()],
    ['_events', '_probe', '_connections', '_trial_connections', '_trial', '_trial_flows', '_trial_windows'],
  );
  assert.deepEqual([...template.devices.keys()], ['_probe']);
  assert.equal(template.streams.get('_probe')?.accept.late, 3_600_000);
});

test('isSystemName() holds for what no author can write', () => {
  assert.ok(isSystemName('_probe'));
  assert.ok(!isSystemName('probe'));
});

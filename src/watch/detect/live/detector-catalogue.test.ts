import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { DETECTOR_KINDS } from '#declare/template/index.ts';
import * as door from '../index.ts';
import type { Detector, DetectorKind } from '../detector.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { catalogue, chooseDetectors } from './detector-catalogue.ts';

const isKind = (value: unknown): value is DetectorKind =>
  typeof value === 'object' && value !== null && 'restore' in value && 'options' in value && 'create' in value;

test('catalogue() has every kind that the room has, and templates name just these', () => {
  const kinds = Object.values(door as Record<string, unknown>).filter(isKind);
  const names = kinds.map(({ name }) => name).toSorted();
  assert.ok(names.length > 20);
  assert.deepEqual([...catalogue().keys()].toSorted(), names);
  assert.deepEqual(Object.keys(DETECTOR_KINDS).toSorted(), names);
});

test('a kind sees what its contract lets it: values by themselves, series, or windows', () => {
  const sightOf = (detector: Detector): string =>
    'stepFields' in detector ? 'values' : 'step' in detector ? 'series' : 'windows';
  for (const [name, kind] of catalogue()) assert.equal(DETECTOR_KINDS[name]?.sees, sightOf(kind.create(3)), name);
});

test('settings that templates can give are within what kinds take, and all of them but what the watch gives itself', () => {
  for (const [name, kind] of catalogue()) {
    const { settings } = DETECTOR_KINDS[name]!;
    const own = Object.keys(kind.options).filter((option) => option !== 'given');
    assert.deepEqual(Object.keys(settings).toSorted(), own.toSorted(), name);
    for (const [setting, { least, greatest, whole }] of Object.entries(settings)) {
      const option = kind.options[setting]!;
      assert.equal(whole, option.whole, `${name} ${setting}`);
      assert.ok(least >= option.least && greatest <= option.greatest, `${name} ${setting}`);
      assert.ok(option.standard >= least && option.standard <= greatest, `${name} ${setting}`);
    }
  }
});

test('chooseDetectors() has the standard ones where nothing is named', () => {
  const { values, series, windows } = chooseDetectors();
  assert.deepEqual(
    [...values, ...windows].map(({ kind }) => kind.name),
    [
      'robust-z',
      'ewma-chart',
      'jump-check',
      'stuck-check',
      'scale-check',
      'principal-components',
      'nearest-neighbours',
    ],
  );
  assert.equal(series.length, 0);
});

test('chooseDetectors() takes settings, windows and fields; windows are in the order of their cost', () => {
  const { values, series, windows, fields } = chooseDetectors([
    { kind: 'isolation-forest', window: 4, settings: { trees: 50 } },
    { kind: 'hbos' },
    { kind: 'cusum-chart', settings: { slack: 1 } },
    { kind: 'sequence-surprisal', fields: ['x'] },
    { kind: 'spectral-residual' },
  ]);
  assert.deepEqual(values[0]?.options, { slack: 1 });
  assert.deepEqual(
    windows.map(({ kind, rows, options }) => [kind.name, rows, options]),
    [
      ['hbos', 1, undefined],
      ['isolation-forest', 4, { trees: 50 }],
    ],
  );
  assert.deepEqual(
    series.map(({ kind, hour }) => [kind.name, hour]),
    [
      ['spectral-residual', undefined],
      ['sequence-surprisal', true],
    ],
  );
  assert.deepEqual(fields.get('sequence-surprisal'), ['x']);
});

const page = (name: string): string => readFileSync(new URL(`../../../../docs/${name}`, import.meta.url), 'utf8');

test('docs/tasks/add-a-detector.md lists every kind with what it costs and how it learns', () => {
  const lines = page('tasks/add-a-detector.md')
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  const listed = lines.flatMap((line) => {
    const [names = '', learns = '', cost = ''] = line
      .split('|')
      .slice(1)
      .map((cell) => cell.trim());
    return [...names.matchAll(/`([a-z-]+)`/g)].map(([, name]) => [name!, learns, cost] as const);
  });
  const found = new Map(listed.map(([name, learns, cost]) => [name, [learns, cost]]));
  for (const [name, kind] of catalogue()) {
    const learns = 'step' in kind.create(3) ? 'as it goes' : 'a block';
    assert.deepEqual(found.get(name), [learns, kind.cost], name);
  }
});

test('docs/reference/template.md names every kind and every setting of it', () => {
  const text = page('reference/template.md').split('### Detectors')[1]!.split('\n## ')[0]!;
  for (const [name, { settings }] of Object.entries(DETECTOR_KINDS))
    for (const word of [name, ...Object.keys(settings)]) assert.ok(text.includes(`\`${word}\``), `${name}: ${word}`);
});

test('what the pages show is a template', () => {
  const stream =
    'devices: { p: {} }\nstreams: { pump: { from: p, fields: { inflow: { type: number }, x: { type: number } } } }\n';
  for (const name of ['tasks/add-a-detector.md', 'reference/template.md']) {
    const shown = [...page(name).matchAll(/```yaml\n(.*?)```/gs)].filter(([, text]) => text!.includes('detectors:'));
    assert.ok(shown.length > 0, name);
    for (const [, text] of shown) assert.ok(makeTemplate(stream + text).detect.get('pump')!.detectors!.length > 1);
  }
});

import { parseArgs } from 'node:util';
import { formatTable } from '#run/cli/index.ts';
import { describeMachine } from '../support/measurement.ts';
import type { DetectBench, EnsembleFigures, SetResult } from './bench-set.ts';
import { compareEnsembles } from './compare-ensemble.ts';
import { adbench } from './sets/adbench.ts';
import { budgets } from './sets/budgets.ts';
import { behaviour } from './sets/behaviour.ts';
import { tiers } from './sets/tiers.ts';
import { batadal } from './sets/batadal.ts';
import { flows } from './sets/flows.ts';
import { iotSentinel } from './sets/iot-sentinel.ts';
import { mud } from './sets/mud.ts';
import { drift } from './sets/drift.ts';
import { elec2 } from './sets/elec2.ts';
import { nab } from './sets/nab.ts';
import { nslKdd } from './sets/nsl-kdd.ts';
import { skab } from './sets/skab.ts';
import { smapMsl } from './sets/smap-msl.ts';

const SETS: Readonly<Record<string, DetectBench>> = {
  adbench,
  skab,
  batadal,
  'smap-msl': smapMsl,
  'nsl-kdd': nslKdd,
  nab,
  'iot-sentinel': iotSentinel,
  flows,
  mud,
  elec2,
  drift,
  budgets,
  behaviour,
  tiers,
};

/** Sets that have an ensemble beside its parts; by the name `ensemble` all of them. */
const WITH_ENSEMBLE = ['adbench', 'nab', 'skab', 'smap-msl', 'batadal', 'nsl-kdd'];

const { values, positionals } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    seeds: { type: 'string', default: '5' },
  },
  allowPositionals: true,
});
const named = positionals.flatMap((name) => (name === 'ensemble' ? WITH_ENSEMBLE : [name]));
const unknown = named.filter((name) => !Object.hasOwn(SETS, name));
if (unknown.length > 0) {
  process.stderr.write(
    `bench:detect: no set is named ${unknown.join(', ')}; there are ${Object.keys(SETS).join(', ')}, and ensemble for ${WITH_ENSEMBLE.join(', ')}\n`,
  );
  process.exit(2);
}

const results: Record<string, SetResult> = {};
process.stderr.write(`bench:detect: ${describeMachine()}\n`);
for (const name of named.length > 0 ? new Set(named) : Object.keys(SETS)) {
  const began = performance.now();
  const result = SETS[name]!({
    seeds: Array.from({ length: Number(values.seeds) }, (_, i) => i + 1),
    quick: values.quick,
    note: (text) => process.stderr.write(`bench:detect ${name}: ${text}\n`),
  });
  results[name] = result;
  if (!values.json) process.stdout.write(show(name, result, (performance.now() - began) / 1000));
}
if (!values.json) process.stdout.write(showEnsembles());
if (values.json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);

function round(figure: number | null): number | null {
  return figure === null ? null : Number(figure.toPrecision(4));
}

/** Ensembles beside their parts, over the sets that were measured. */
function showEnsembles(): string {
  const figures = Object.entries(results).flatMap(([name, { ensemble }]): [string, EnsembleFigures][] =>
    ensemble === undefined ? [] : [[name, ensemble]],
  );
  if (figures.length === 0) return '';
  const { sets, parts, meanRank } = compareEnsembles(new Map(figures));
  return [
    `\nensembles beside their parts: mean rank ${meanRank.toFixed(2)} over ${figures.length} sets`,
    formatTable(
      ['set', 'ensemble', 'best part', 'rank', 'of', 'points behind'],
      sets.map((row) => [row.name, ...row.figures.map(round)]),
    ),
    formatTable(
      ['part', 'sets', 'mean rank', "the ensemble's there"],
      parts.map((row) => [row.name, ...row.figures.map(round)]),
    ),
  ].join('\n');
}

function show(name: string, { columns, rows, bars, protocol }: SetResult, seconds: number): string {
  return [
    `\n${name}, ${seconds.toFixed(0)} s`,
    ...protocol,
    formatTable(
      [name, ...columns],
      rows.map((row) => [row.name, ...row.figures.map(round)]),
    ),
    formatTable(
      ['against the bar', 'ours', 'must', 'aim', 'holds'],
      bars.map(({ name: what, ours, must, aim }) => [
        what,
        round(ours),
        must,
        aim,
        ours >= aim ? 'aim' : ours >= must ? 'yes' : 'no',
      ]),
    ),
  ].join('\n');
}

import { readdir } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { formatTable } from '#run/cli/index.ts';
import { describeMachine } from './support/measurement.ts';
import type { Bench, Measurement } from './support/measurement.ts';

const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const suffix = '.bench.ts';
const known = (await readdir(import.meta.dirname))
  .filter((file) => file.endsWith(suffix))
  .map((file) => file.slice(0, -suffix.length));
const unknown = positionals.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`bench: no bench is named ${unknown.join(', ')}; there are ${known.join(', ')}\n`);
  process.exit(2);
}

const measurements: Measurement[] = [];
process.stderr.write(`bench: ${describeMachine()}\n`);
for (const name of positionals.length > 0 ? positionals : known) {
  const { bench } = (await import(`./${name}${suffix}`)) as { bench: Bench };
  measurements.push(...(await bench((text) => process.stderr.write(`bench ${name}: ${text}\n`))));
}
process.stdout.write(values.json ? `${JSON.stringify(measurements, null, 2)}\n` : show(measurements));
process.exitCode = measurements.some(({ holds }) => holds === false) ? 1 : 0;

function show(rows: readonly Measurement[]): string {
  const figure = (value: number | null) =>
    value === null ? null : value >= 100 ? Math.round(value) : Number(value.toPrecision(3));
  return formatTable(
    ['name', 'unit', 'ours', 'peer', 'ratio', 'bar', 'holds'],
    rows.map((row) => [row.name, row.unit, figure(row.ours), figure(row.peer), figure(row.ratio), row.bar, row.holds]),
  );
}

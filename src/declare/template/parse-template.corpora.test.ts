import assert from 'node:assert/strict';
import { test } from 'node:test';

import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { corpora } from '../../../test/support/outside.ts';
import { parseTemplate } from './parse-template.ts';
import { folderReader } from './read-template-folder.ts';
import type { Field, Stream } from './types.ts';

type Row = Readonly<Record<string, unknown>>;
type Timed = { readonly device: string; readonly seconds: number; readonly row: Row };

function streams(name: string): ReadonlyMap<string, Stream> {
  const templates = fileURLToPath(new URL('../../../templates', import.meta.url));
  const folder = `${templates}/industry/${name}`;
  const text = readFileSync(`${folder}/template.yaml`, 'utf8');
  const parsed = parseTemplate({ path: 'template.yaml', text }, folderReader(folder, templates));
  assert.ok('template' in parsed);
  return parsed.template.streams;
}

/** What the declaration says of a row, the plain way; null where it is admitted. */
function refuse(stream: Stream, row: Row, before: Timed | undefined, seconds: number): string | null {
  for (const field of stream.fields) {
    const value = row[field.name];
    if (value === undefined || value === null) {
      if (!field.nullable) return `missing ${field.name}`;
      continue;
    }
    const problem = refuseValue(field, value);
    if (problem !== null) return problem;
    const last = before?.row[field.name];
    if (field.step === null || typeof last !== 'number' || before === undefined) continue;
    const allowed = field.step.perSecond * Math.max(1, seconds - before.seconds);
    if (Math.abs(Number(value) - last) > allowed) return `step ${field.name}`;
  }
  return null;
}

function refuseValue(field: Field, value: unknown): string | null {
  const isNumber = typeof value === 'number';
  const typed =
    field.type === 'text'
      ? typeof value === 'string'
      : field.type === 'integer'
        ? Number.isSafeInteger(value)
        : isNumber;
  if (!typed) return `type ${field.name}`;
  const [low, high] = field.range ?? [null, null];
  if (isNumber && (value < (low ?? value) || value > (high ?? value))) return `range ${field.name}`;
  return field.enum === null || field.enum.includes(String(value)) ? null : `enum ${field.name}`;
}

/** Rows admitted and the reasons of the others. */
function admit(stream: Stream, rows: readonly Timed[]): { admitted: number; reasons: ReadonlyMap<string, number> } {
  const last = new Map<string, Timed>();
  const reasons = new Map<string, number>();
  let admitted = 0;
  for (const timed of rows) {
    const reason = refuse(stream, timed.row, last.get(timed.device), timed.seconds);
    if (reason === null) {
      admitted += 1;
      last.set(timed.device, timed);
    } else reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  return { admitted, reasons };
}

/** The columns of the pump testbed, in the names of the template; the template's README has the same table. */
const PUMP_COLUMNS = new Map([
  ['Accelerometer1RMS', 'accelerometer_1'],
  ['Accelerometer2RMS', 'accelerometer_2'],
  ['Current', 'current'],
  ['Pressure', 'pressure'],
  ['Temperature', 'temperature'],
  ['Thermocouple', 'thermocouple'],
  ['Voltage', 'voltage'],
  ['Volume Flow RateRMS', 'flow_rate'],
]);

test('the factory template admits at least 99 in 100 rows of every run of a real pump', (t) => {
  const root = corpora(t, 'data/skab');
  const stream = streams('factory').get('pump');
  assert.ok(stream);
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.csv.gz'));
  assert.ok(files.length > 10);
  for (const file of files) {
    const [head = '', ...lines] = gunzipSync(readFileSync(path.join(root, file)))
      .toString()
      .trim()
      .split(/\r?\n/);
    const names = head.split(';').map((name) => PUMP_COLUMNS.get(name) ?? name);
    const rows = lines.map((line) => {
      const cells = line.split(';');
      const row = Object.fromEntries(names.map((name, i) => [name, name === 'datetime' ? cells[i] : Number(cells[i])]));
      return { device: file, seconds: Date.parse(`${String(row['datetime']).replace(' ', 'T')}Z`) / 1_000, row };
    });
    const { admitted, reasons } = admit(stream, rows);
    assert.ok(
      admitted >= rows.length * 0.99,
      `${file}: ${admitted} of ${rows.length}, ${JSON.stringify([...reasons])}`,
    );
  }
});

test('the building template admits at least 99 in 100 readings of every real device', (t) => {
  const file = corpora(t, 'data/ton-iot/gateway_stream.jsonl.gz');
  const declared = streams('building');
  const kinds = new Map([
    ['fridge-01', 'fridge'],
    ['gps-01', 'gps_tracker'],
    ['modbus-01', 'modbus'],
    ['thermostat-01', 'thermostat'],
  ]);
  const lines = gunzipSync(readFileSync(file)).toString().trim().split('\n');
  const rows = lines.map((line) => {
    const { ts, device, metrics } = JSON.parse(line) as { ts: string; device: string; metrics: Row };
    return { device, seconds: Date.parse(ts) / 1_000, row: metrics };
  });
  for (const [device, name] of kinds) {
    const own = rows.filter((row) => row.device === device);
    const stream = declared.get(name);
    assert.ok(stream && own.length > 10_000, name);
    const { admitted, reasons } = admit(stream, own);
    assert.ok(admitted >= own.length * 0.99, `${name}: ${admitted} of ${own.length}`);
    // A latitude beyond the pole is what the range is there for.
    for (const reason of reasons.keys()) assert.equal(reason, 'range latitude');
    const perSecond = Math.max(
      ...Map.groupBy(own, ({ seconds }) => seconds)
        .values()
        .map((group) => group.length),
    );
    assert.ok(stream.rate.perSecond >= perSecond, `${name}: ${perSecond} in a second`);
  }
});

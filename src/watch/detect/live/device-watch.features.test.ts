import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Batch } from '#base/core/index.ts';
import { formatMicros, micros } from '#base/core/index.ts';
import { decodeState, featureTable, planFeatures } from '#learn/features/index.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { DeviceWatch } from './device-watch.ts';
import { RowGatherer } from './row-gatherer.ts';
import { planStream } from './watch-plan.ts';

const STREAM = makeTemplate(`
devices: { d: {} }
streams:
  s:
    from: d
    fields:
      x: { type: number, nullable: true }
      word: { type: text, nullable: true }
      n: { type: integer, nullable: true }
      open: { type: boolean, nullable: true }
      at: { type: time, nullable: true }
    features:
      mid: { kind: median, of: x, rows: 4 }
      given: { kind: residual, of: x, from: n, memory: 50 }
      quick: { kind: rate, of: n }
      burst: { kind: arrivals, over: 3s }
      high: { kind: quantile, of: x, q: 0.9 }
      long: { kind: order, of: word, after: 2, memory: 20 }
      odd: { kind: timing, of: n, period: 5s, slots: 5, memory: 16, at: at }
      beat: { kind: periodicity, events: 32, at: at }
`).streams.get('s')!;
const PLAN = planStream(STREAM, { alarms: 1, seconds: 604_800 });

const orNull = <T>(value: fc.Arbitrary<T>) => fc.oneof({ weight: 4, arbitrary: value }, fc.constant(null));
const readings = fc.array(
  fc.record({
    // Late and doubled ones too.
    step: fc.integer({ min: -1, max: 4 }),
    x: orNull(fc.integer({ min: -9, max: 9 })),
    word: orNull(fc.constantFrom('open', 'close', 'status', 'ümlaut')),
    n: orNull(fc.integer({ min: 0, max: 3 })),
    open: orNull(fc.boolean()),
    at: orNull(fc.integer({ min: 0, max: 40 })),
  }),
  { minLength: 1, maxLength: 60 },
);
interface Reading {
  readonly x: number | null;
  readonly word: string | null;
  readonly n: number | null;
  readonly open: boolean | null;
  readonly at: number | null;
}

/** A batch of the journal. */
function batchOf(rows: readonly Reading[], times: readonly number[]): Batch {
  const nulls = (of: (row: Reading) => unknown) => Uint8Array.from(rows, (row) => (of(row) === null ? 1 : 0));
  const numbers = (of: (row: Reading) => number | null) => ({
    type: 'number' as const,
    values: Float64Array.from(rows, (row) => of(row) ?? 0),
    nulls: nulls(of),
  });
  const words = [...new Set(rows.map(({ word }) => word ?? ''))];
  const time = { type: 'time' as const, values: Float64Array.from(times), nulls: null };
  const one = { type: 'text' as const, codes: new Uint32Array(rows.length), dictionary: ['d1'], nulls: null };
  const codes = Uint32Array.from(rows, ({ word }) => words.indexOf(word ?? ''));
  return {
    stream: 's',
    template: '',
    rows: rows.length,
    columns: [
      { name: 'device', data: one },
      { name: 'time', data: time },
      { name: 'received', data: time },
      { name: 'x', data: numbers(({ x }) => x) },
      { name: 'word', data: { type: 'text', codes, dictionary: words, nulls: nulls(({ word }) => word) } },
      { name: 'n', data: numbers(({ n }) => n) },
      {
        name: 'open',
        data: {
          type: 'boolean',
          values: Uint8Array.from(rows, ({ open }) => (open === true ? 1 : 0)),
          nulls: nulls(({ open }) => open),
        },
      },
      { name: 'at', data: numbers(({ at }) => (at === null ? null : at * 1e6)) },
    ],
  };
}

/** The latest row that a watch has judged, by name of its column. */
function lastRow(watch: DeviceWatch): ReadonlyMap<string, number> {
  const recent = decodeState(watch.snapshot(), 'device-watch', 1).get('recent') as Float64Array;
  const width = PLAN.fields.length;
  const at = ((watch.readings - 1) % 8) * (1 + width);
  return new Map(PLAN.fields.map(({ name }, i) => [name, recent[at + 1 + i]!]));
}

test('the watch and those who ask for features of the same readings have the same numbers', async () => {
  const plan = planFeatures(STREAM);
  const names = plan.features.flatMap(({ columns }) => columns);
  const shared = PLAN.fields.map(({ name }) => name).filter((name) => names.includes(name));
  assert.deepEqual(
    [...STREAM.features!.keys()].filter((name) => !shared.includes(name)),
    [],
  );
  await fc.assert(
    fc.asyncProperty(readings, fc.integer({ min: 1, max: 9 }), async (rows, each) => {
      let now = 1_700_000_000e6;
      const times = rows.map(({ step }) => (now += step * 1e6));
      const answered = rows.map(({ x, word, n, open, at }, i) => ({
        x,
        word,
        n,
        open,
        device: 'd1',
        time: formatMicros(micros(times[i]!)),
        at: at === null ? null : formatMicros(micros(at * 1e6)),
      }));
      const lines = featureTable(answered, plan, { series: 'device', time: 'time' });
      let watch = new DeviceWatch('d1', PLAN);
      const gatherer = new RowGatherer(PLAN);
      let judged = 0;
      let number = 0;
      for await (const { values } of lines) {
        const row = number++;
        gatherer.add(batchOf(rows.slice(row, row + 1), times.slice(row, row + 1)));
        for (const [, given] of gatherer.drain()) watch.take(given);
        if (number % each === 0) watch = DeviceWatch.restore('d1', PLAN, watch.snapshot());
        const late = watch.readings === judged;
        judged = watch.readings;
        if (late) {
          assert.ok(values.every((value, i) => names[i] === '_day' || Number.isNaN(value)));
          continue;
        }
        const seen = lastRow(watch);
        for (const name of shared) {
          const [own, other] = [seen.get(name)!, values[names.indexOf(name)]!];
          const same = Number.isNaN(other) ? Number.isNaN(own) : Math.abs(own - other) <= 1e-4 * (1 + Math.abs(other));
          assert.ok(same, `${name} of row ${row} is ${own} for the watch and ${other} for people`);
        }
      }
    }),
    { numRuns: 150, seed: 1 },
  );
});

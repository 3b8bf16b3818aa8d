import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Column } from '#base/core/index.ts';
import type { RowsInMemory } from '#flow/query/index.ts';
import type { Alert } from '#watch/respond/index.ts';
import { frozenClock } from '../../../../test/support/frozen-clock.ts';
import { makeTemplate } from '../../../../test/support/make-template.ts';
import { silentLog } from '../../../../test/support/open-audit-log.ts';
import { openTrust, recordAudit } from '../../../../test/support/open-trust.ts';
import type { Cleanable } from '../../../../test/support/tmp.ts';
import { ReferenceTables } from '../tables/reference-tables.ts';
import { CloneBook } from './clone-book.ts';
import { LeftOutBook } from './left-out-book.ts';
import { LogCounts } from './log-counts.ts';
import { memoryRelations } from './memory-relations.ts';
import { LEFT_OUT_COUNTS, LOG_COUNTS, PeriodCounts, REFUSAL_COUNTS } from './period-counts.ts';
import { RefusalBook } from './refusal-book.ts';

const template = makeTemplate(`
devices: { reefer: {} }
streams: { s: { from: reefer, fields: { n: { type: number } } } }
tables: { plants: { fields: { plant: { type: text } } } }
`);

async function open(t: Cleanable, alerts: readonly Alert[] = []) {
  const clock = frozenClock();
  const { catalogue, keys, identity } = await openTrust(t, { clock });
  const audit = recordAudit();
  const clones = new CloneBook(audit, silentLog);
  const sealer = await keys.rowSealer('people');
  const refusals = new RefusalBook(await PeriodCounts.open(catalogue, sealer, REFUSAL_COUNTS), audit, silentLog);
  const logCounts = new LogCounts({
    counts: await PeriodCounts.open(catalogue, sealer, LOG_COUNTS),
    entries: async function* (from) {
      const time = clock.now();
      yield* audit.events.slice(from).map((event, i) => ({ index: from + i, time, event }));
    },
  });
  const tables = await ReferenceTables.open({
    vault: { keep: async () => {}, room: 10 },
    catalogue,
    sealer,
    audit,
    clock,
    keys,
    template: () => template,
  });
  const leftOut = new LeftOutBook(await PeriodCounts.open(catalogue, sealer, LEFT_OUT_COUNTS));
  return {
    clock,
    identity,
    audit,
    refusals,
    tables,
    leftOut,
    find: memoryRelations({
      tables,
      identity,
      refusals,
      clones,
      logCounts,
      leftOut,
      alerts: { list: async () => alerts },
    }),
  };
}

/** Rows as values, texts looked up. */
function rowsOf({ rows, columns }: RowsInMemory): unknown[][] {
  const cell = (data: Column, row: number): unknown => {
    if (data.nulls?.[row] === 1) return null;
    return data.type === 'text' ? data.dictionary[data.codes[row] ?? 0] : data.values[row];
  };
  return Array.from({ length: rows }, (_, row) => columns.map(({ data }) => cell(data, row)));
}

test('memoryRelations() has a row per device', async (t) => {
  const { identity, clock, find } = await open(t);
  await identity.inventory.enrol({ name: 'truck-1', type: 'reefer' }, 'test');
  await identity.inventory.disable('truck-1', 'test');
  const [row, ...rest] = rowsOf(await find('_devices'));
  assert.deepEqual(row?.slice(0, 5), ['truck-1', 'reefer', 'disabled', clock.now(), null]);
  assert.ok(Number(row?.[5]) > clock.now());
  assert.deepEqual(rest, []);
});

test('memoryRelations() has alerts', async (t) => {
  const alert = {
    id: 'a1',
    device: 'truck-3',
    stream: 'climate',
    detectors: [{ name: 'robust-z', score: 12, limit: 8, readings: 1 }],
    causes: [{ field: 'temperature' }],
    severity: 'medium',
    state: 'new',
    start: 1_000,
    end: 5_000,
    raised: 7,
    open: true,
  };
  const { find } = await open(t, [alert as unknown as Alert]);
  const [row] = rowsOf(await find('_alerts'));
  assert.deepEqual(row?.slice(1), [
    1_000,
    5_000,
    7,
    'truck-3',
    'climate',
    'medium',
    'new',
    1,
    'robust-z',
    12,
    8,
    'temperature',
  ]);
});

test('memoryRelations() has refusals and counts of the log', async (t) => {
  const { refusals, clock, find } = await open(t);
  await refusals.note([{ device: 'truck-1', stream: '', reason: 'range', count: 3 }], clock.now());
  assert.deepEqual(rowsOf(await find('_refusals')), [[clock.now(), null, 'truck-1', 'range', 3]]);
  assert.deepEqual(rowsOf(await find('_log_counts')), [[clock.now(), 'refuse-readings', 'denied', 1]]);
});

test('memoryRelations() has what readings lost on entry', async (t) => {
  const { leftOut, clock, find } = await open(t);
  leftOut.note([['climate', { undeclared: 2, withheld: 0, bytes: 30, folded: 0, foldedBytes: 0 }]], clock.now());
  assert.deepEqual(rowsOf(await find('_left_out')), [
    [clock.now(), 'climate', 'undeclared', 2],
    [clock.now(), 'climate', 'bytes', 30],
  ]);
});

test('memoryRelations() has reference tables', async (t) => {
  const { tables, find } = await open(t);
  const body = async function* () {
    yield Buffer.from('plant\na\n');
  };
  await tables.load('plants', 'text/csv', body(), 'person:a');
  assert.deepEqual(rowsOf(await find('plants')), [['a']]);
});

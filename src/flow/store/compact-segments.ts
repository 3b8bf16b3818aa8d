import type { Batch, NamedColumn } from '#base/core/index.ts';
import { correctColumn } from './correct-column.ts';
import type { Correction } from './correct-column.ts';
import { changedClasses, underDeclared } from './declared-classes.ts';
import type { DeclaredClasses } from './declared-classes.ts';
import { mergeBatches, reorderRows, timesOf } from './merge-batches.ts';
import { openSegment } from './open-segment.ts';
import { MemorySink } from './parquet/byte-sink.ts';
import { decodeParquet } from './parquet/decode-parquet.ts';
import type { CompactionPlan } from './plan-compaction.ts';
import { receiptOf } from './retention.ts';
import type { SegmentKeySource } from './ports.ts';
import { giveTurn, sealSegment } from './seal-segment.ts';
import type { SealingParts } from './seal-segment.ts';
import { handlesOf } from './segment-catalogue.ts';
import { mergeColumns } from './segment.ts';
import type { Segment, StoredColumn } from './segment.ts';
import { sortedOrder } from './sort-rows.ts';
import { columnsToSearch, markSubject } from './subject-rows.ts';
import type { SubjectRows } from './subject-rows.ts';

/**
 * Executes a plan: opens the inputs, merges their rows by time without those that are to go, seals them under
 * fresh keys, each column in the domain of the class that is declared for it by now. The result is not published yet.
 *
 * Columns are merged one after the other, so that in memory are the inputs compressed and the result once.
 *
 * @returns null where no row is kept
 * @throws {StoreError} STORE_SEGMENT_DAMAGED if an input is: it is left as it is; STORE_KEY_MISSING if one was shredded
 */
export async function compactSegments(
  plan: CompactionPlan,
  parts: SealingParts & { readonly segmentKeys: SegmentKeySource; readonly declared: DeclaredClasses },
): Promise<Segment | null> {
  if (plan.keptFrom !== undefined && plan.inputs.every((input) => receiptOf(input).last < plan.keptFrom!)) return null;
  const { rest = giveTurn } = parts;
  const stored = mergeColumns(plan.inputs.map((input) => input.columns));
  const columns = underDeclared(stored, parts.declared(plan.stream));
  const classes = changedClasses(plan.inputs, columns);
  const opened: OpenedInput[] = [];
  for (const input of plan.inputs) {
    opened.push({ segment: input, file: await openWhole(input, parts) });
    await rest();
  }
  const merge = (column: StoredColumn): Promise<Batch> => mergeColumn(column, opened, rest);
  const time = columns.find((column) => column.name === 'time');
  if (time === undefined) throw new TypeError('segments without times cannot be merged');
  const kept = await keptRows(sortedOrder(timesOf(await merge(time))), plan, columns, merge);
  const marks = plan.without === undefined ? null : await marksOf(plan.without, columns, merge);
  const corrected = plan.without?.corrected;
  const order = marks === null || corrected !== undefined ? kept : kept.filter((row) => marks[row] !== 1);
  const correct = correcting(marks, order, corrected ?? []);
  if (order.length === 0) return null;
  const merged: NamedColumn[] = [];
  for (const column of columns) {
    merged.push(...reorderRows(await merge(column), order).columns.map(correct));
    await rest();
  }
  const templates = [...new Set(plan.inputs.flatMap((input) => input.templates))];
  const batch = { stream: plan.stream, template: templates[0] ?? '', rows: order.length, columns: merged };
  const inputs = plan.inputs.map((input) => input.id);
  const expired = plan.inputs.reduce((sum, { rows }) => sum + rows, 0) - order.length;
  const region = plan.inputs[0]?.region;
  const where = {
    ...(region === undefined ? {} : { region, standsIn: plan.standsIn ?? null }),
    ...(plan.place === undefined ? {} : { place: plan.place }),
  };
  const content = {
    ...where,
    stream: plan.stream,
    columns,
    batches: [batch],
    spans: [],
    inputs,
    templates,
    classes,
    expired,
  };
  return sealSegment(content, parts);
}

/** The rows of an order that were received late enough to be kept. */
async function keptRows(
  order: Uint32Array,
  { keptFrom }: CompactionPlan,
  columns: readonly StoredColumn[],
  merge: (column: StoredColumn) => Promise<Batch>,
): Promise<Uint32Array> {
  const received = columns.find((column) => column.name === 'received');
  if (keptFrom === undefined || received === undefined) return order;
  const times = (await merge(received)).columns[0]?.data;
  return times?.type === 'time' ? order.filter((row) => times.values[row]! >= keptFrom) : order;
}

/** The rows of all inputs, one after the other, that are about a person; null where none is. */
async function marksOf(
  subject: SubjectRows,
  columns: readonly StoredColumn[],
  merge: (column: StoredColumn) => Promise<Batch>,
): Promise<Uint8Array | null> {
  const names = new Set(columnsToSearch(subject));
  const searched: Batch[] = [];
  for (const column of columns) if (names.has(column.name)) searched.push(await merge(column));
  const rows = searched[0]?.rows ?? 0;
  return markSubject({ rows, columns: searched.flatMap((batch) => batch.columns) }, subject);
}

/** Puts corrected values into the columns of the result. @param order for each of its rows the place that it comes from */
function correcting(
  marks: Uint8Array | null,
  order: Uint32Array,
  corrected: readonly Correction[],
): (column: NamedColumn) => NamedColumn {
  if (marks === null || corrected.length === 0) return (column) => column;
  const meant = Uint8Array.from(order, (row) => marks[row]!);
  return ({ name, data }) => {
    const correction = corrected.find(({ column }) => column === name);
    return { name, data: correction === undefined ? data : correctColumn(data, meant, correction.value) };
  };
}

interface OpenedInput {
  readonly segment: Segment;
  /** Plain Parquet. */
  readonly file: Uint8Array;
}

async function openWhole(
  segment: Segment,
  parts: SealingParts & { readonly segmentKeys: SegmentKeySource },
): Promise<Uint8Array> {
  const keys = await parts.segmentKeys.unwrap(`segment:${segment.id}`, handlesOf(segment));
  const sink = new MemorySink(segment.size);
  const names = segment.columns.map((column) => column.name);
  await openSegment(parts.objects, segment, names, keys, sink);
  return sink.bytes();
}

/** One column of all inputs, one after the other; null where an input lacks it. */
async function mergeColumn(
  column: StoredColumn,
  inputs: readonly OpenedInput[],
  rest: () => Promise<void>,
): Promise<Batch> {
  const batches: Batch[] = [];
  for (const { segment, file } of inputs) {
    const own = segment.columns.filter(({ name }) => name === column.name);
    const { columns } = decodeParquet(file, own);
    batches.push({ stream: segment.stream, template: '', rows: segment.rows, columns });
    await rest();
  }
  return mergeBatches('', [column], batches);
}

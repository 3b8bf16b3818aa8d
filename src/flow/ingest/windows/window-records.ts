import type { Batch, Column, NamedColumn } from '#base/core/index.ts';
import type { JournalRecord } from '#flow/journal/index.ts';
import { IngestError } from '../errors.ts';
import type { WindowLayout } from './window-layout.ts';
import { columnOf } from './window-rows.ts';
import { HELD } from './window-slots.ts';
import type { ByValues, SeenSeqs, WindowStates } from './window-slots.ts';

/** What the keeper of windows writes down. Its files are laid out as those of the journal; see docs/formats/windows.md. */
export type WindowRecord =
  | { readonly kind: 'states'; readonly states: WindowStates }
  | { readonly kind: 'seqs'; readonly seqs: SeenSeqs }
  /** Files of which this one says all that still counts. */
  | { readonly kind: 'covers'; readonly files: readonly string[] };

// No stream has a name like these.
const STATES = '#states';
const SEQS = '#seqs';
const COVERS = '#covers';

/** A record as a batch of a journal file. */
export function encodeWindowRecord(record: WindowRecord): JournalRecord {
  return { kind: 'batch', batch: batchOf(record) };
}

function batchOf(record: WindowRecord): Batch {
  switch (record.kind) {
    case 'states': {
      const { layout, template, devices, starts, by, held } = record.states;
      const stride = layout.of.length * HELD;
      return batch(STATES, template, devices.length, [
        ['layout', constantText(JSON.stringify(layout), devices.length)],
        ['device', columnOf('text', devices)],
        ['start', columnOf('time', starts)],
        ...layout.by.map(
          ({ type }, i) =>
            [
              `by${i}`,
              columnOf(
                type,
                by.map((values) => values[i] ?? null),
              ),
            ] as const,
        ),
        ...Array.from({ length: stride }, (_, i) => [`held${i}`, strided(held, stride, i, devices.length)] as const),
      ]);
    }
    case 'seqs': {
      const { stream, devices, seqs, hashes } = record.seqs;
      return batch(SEQS, '', devices.length, [
        ['stream', constantText(stream, devices.length)],
        ['device', columnOf('text', devices)],
        ['seq', { type: 'number', values: seqs, nulls: null }],
        ['hash', { type: 'number', values: hashes, nulls: null }],
      ]);
    }
    case 'covers':
      return batch(COVERS, '', record.files.length, [['file', columnOf('text', record.files)]]);
  }
}

/**
 * The record that a batch of such a file is; null where it is none.
 *
 * @throws {IngestError} INGEST_WINDOWS_INVALID where a column is missing or of another type
 */
export function decodeWindowRecord({ stream, template, rows, columns }: Batch): WindowRecord | null {
  const find = (name: string): Column => {
    const found = columns.find((column) => column.name === name)?.data;
    if (found === undefined) throw invalid(name);
    return found;
  };
  const texts = (name: string): readonly string[] => valuesOf(find(name), rows).map((value) => String(value));
  const numbers = (name: string): Float64Array => Float64Array.from(valuesOf(find(name), rows), Number);
  switch (stream) {
    case STATES: {
      const layout = JSON.parse(texts('layout')[0] ?? 'null') as WindowLayout | null;
      if (layout === null) return null;
      const stride = layout.of.length * HELD;
      const held = new Float64Array(rows * stride);
      for (let i = 0; i < stride; i++) {
        for (const [row, value] of numbers(`held${i}`).entries()) held[row * stride + i] = value;
      }
      const by = layout.by.map((_, i) => valuesOf(find(`by${i}`), rows));
      const states: WindowStates = {
        layout,
        template,
        devices: texts('device'),
        starts: [...numbers('start')],
        by: Array.from({ length: rows }, (_, row): ByValues => by.map((values) => values[row] ?? null)),
        held,
      };
      return { kind: 'states', states };
    }
    case SEQS: {
      const seqs = { devices: texts('device'), seqs: numbers('seq'), hashes: numbers('hash') };
      return { kind: 'seqs', seqs: { stream: texts('stream')[0] ?? '', ...seqs } };
    }
    case COVERS:
      return { kind: 'covers', files: texts('file') };
    default:
      return null;
  }
}

function batch(
  stream: string,
  template: string,
  rows: number,
  columns: readonly (readonly [name: string, data: Column])[],
): Batch {
  return { stream, template, rows, columns: columns.map(([name, data]): NamedColumn => ({ name, data })) };
}

function constantText(text: string, rows: number): Column {
  return { type: 'text', codes: new Uint32Array(rows), dictionary: [text], nulls: null };
}

function strided(held: Float64Array, stride: number, at: number, rows: number): Column {
  const values = new Float64Array(rows);
  for (let row = 0; row < rows; row++) values[row] = held[row * stride + at]!;
  return { type: 'number', values, nulls: null };
}

function valuesOf(column: Column, rows: number): readonly (string | number | null)[] {
  return Array.from({ length: rows }, (_, row) => {
    if (column.nulls?.[row] === 1) return null;
    return column.type === 'text' ? (column.dictionary[column.codes[row]!] ?? null) : column.values[row]!;
  });
}

function invalid(column: string): IngestError {
  return new IngestError('INGEST_WINDOWS_INVALID', `Cannot read the state of windows: it has no column ${column}`, {
    hint: 'Start the version of the platform that wrote it; readings of windows that were open are in these files alone',
  });
}

import type { Batch, Column } from '#base/core/index.ts';
import type { Template } from '#declare/template/index.ts';
import type { Dataset } from './dataset.ts';

/**
 * Columns of a dataset that say whose its rows are: the subject's field of each stream that it was made from, and the
 * device. They count where they have those names and hold texts; one under another name cannot be told.
 */
export function subjectColumnsOf(
  { content, segments }: Pick<Dataset, 'content' | 'segments'>,
  template: Pick<Template, 'streams'>,
): readonly string[] {
  const streams = new Set(segments.map(({ stream }) => stream));
  const subjects = [...streams].flatMap((stream) => template.streams.get(stream)?.subject ?? []);
  // Without the subject's own column the device does not tell whose readings these are.
  const wanted = subjects.length === 0 ? ['device'] : subjects;
  const texts = content.columns.filter(({ type }) => type === 'text').map(({ name }) => name);
  if (!wanted.every((name) => texts.includes(name))) return [];
  return [...new Set([...wanted, ...texts.filter((name) => name === 'device')])];
}

/** Places of the rows in which one of the columns has one of the values. */
export function matchingRows(batch: Batch, columns: readonly string[], values: ReadonlySet<string>): readonly number[] {
  const found = new Set<number>();
  for (const { name, data } of batch.columns) {
    if (!columns.includes(name) || data.type !== 'text') continue;
    const codes = new Set([...data.dictionary.keys()].filter((code) => values.has(data.dictionary[code] ?? '')));
    for (let row = 0; row < batch.rows; row++) {
      if (codes.has(data.codes[row] ?? -1) && data.nulls?.[row] !== 1) found.add(row);
    }
  }
  return [...found].sort((a, b) => a - b);
}

/** A batch without some of its rows; texts that none of the others has are gone with them. */
export function withoutRows(batch: Batch, going: readonly number[]): Batch {
  const gone = new Set(going);
  const kept = Uint32Array.from({ length: batch.rows }, (_, row) => row).filter((row) => !gone.has(row));
  return {
    ...batch,
    rows: kept.length,
    columns: batch.columns.map(({ name, data }) => ({ name, data: pick(data, kept) })),
  };
}

function pick(data: Column, kept: Uint32Array): Column {
  const nulls = data.nulls === null ? null : Uint8Array.from(kept, (row) => data.nulls?.[row] ?? 0);
  if (data.type === 'text') {
    const texts = Array.from(kept, (row) => data.dictionary[data.codes[row] ?? 0] ?? '');
    const codes = new Map([...new Set(texts)].map((text, code) => [text, code]));
    return {
      type: 'text',
      codes: Uint32Array.from(texts, (text) => codes.get(text) ?? 0),
      dictionary: [...codes.keys()],
      nulls,
    };
  }
  if (data.type === 'boolean') {
    return { type: 'boolean', values: Uint8Array.from(kept, (row) => data.values[row] ?? 0), nulls };
  }
  return { type: data.type, values: Float64Array.from(kept, (row) => data.values[row] ?? 0), nulls };
}

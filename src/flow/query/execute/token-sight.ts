import type { Column } from '#base/core/index.ts';
import { ShownTokens } from '#base/crypto/index.ts';
import type { TokenFormat } from '#base/crypto/index.ts';
import type { PlainValues } from '#flow/store/index.ts';
import type { RowsInMemory } from './tail-table.ts';

/** How the tokens of a column are shown. Plain data: it crosses a process boundary, as the keys of columns do. */
export interface TokenSight {
  readonly domain: string;
  /** 2 or more: version 1 is what is stored. */
  readonly version: number;
  /** 32 bytes. */
  readonly key: Uint8Array;
  /** Format that the tokens keep; null where they keep none, or where some of the column may be originals. */
  readonly format: TokenFormat | null;
}

/** By name of a column; one that is not there is shown as it is stored. */
export type TokenSights = ReadonlyMap<string, TokenSight>;

/** Opens each way of showing once, however many columns and segments have it. */
export function sightOpener(): (sights: TokenSights | undefined) => ReadonlyMap<string, PlainValues> {
  const opened = new Map<string, ShownTokens>();
  return (sights) => {
    const values = new Map<string, PlainValues>();
    for (const [column, { domain, version, key, format }] of sights ?? []) {
      const name = JSON.stringify([domain, version, format]);
      const shown = opened.get(name) ?? new ShownTokens(key, version, domain, format);
      opened.set(name, shown);
      values.set(column, shown);
    }
    return values;
  };
}

/** Rows in memory with the tokens of some columns as they are shown. */
export function showRows(part: RowsInMemory, values: ReadonlyMap<string, PlainValues>): RowsInMemory {
  if (values.size === 0) return part;
  const columns = part.columns.map((column) => {
    const shown = values.get(column.name);
    return shown === undefined ? column : { name: column.name, data: showColumn(column.data, shown) };
  });
  return { rows: part.rows, columns };
}

function showColumn(data: Column, values: PlainValues): Column {
  if (data.type === 'text') return { ...data, dictionary: values.texts(data.dictionary) };
  return data.type === 'integer' ? { ...data, values: values.integers(data.values) } : data;
}

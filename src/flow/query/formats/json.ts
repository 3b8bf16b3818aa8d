import type { DuckDBDataChunk } from '@duckdb/node-api';
import { encodeUtf8 } from '#base/core/index.ts';
import type { ResultColumn, ResultEncoder, ResultNotes } from '../execute/result.ts';
import { jsonText } from './values.ts';

/** One object per row, one row per line. */
export function ndjsonEncoder(columns: readonly ResultColumn[]): ResultEncoder {
  const keys = memberKeys(columns);
  return {
    begin: () => new Uint8Array(),
    chunk: (chunk) =>
      encodeUtf8(
        rowTexts(chunk, keys)
          .map((row) => `${row}\n`)
          .join(''),
      ),
    end: () => new Uint8Array(),
  };
}

/** One document: what the columns are, the rows as objects, and how many there are. */
export function jsonEncoder(columns: readonly ResultColumn[], notes: ResultNotes): ResultEncoder {
  const keys = memberKeys(columns);
  let rows = 0;
  const privacy = notes.privacy === undefined ? '' : `"privacy":${JSON.stringify(notes.privacy)},`;
  const described = columns.map((column) => ({ name: column.name, type: String(column.type), ...column.notes }));
  return {
    begin: () =>
      encodeUtf8(
        `{"purpose":${JSON.stringify(notes.purpose)},${privacy}"columns":${JSON.stringify(described)},"rows":[`,
      ),
    chunk: (chunk) => {
      if (chunk.rowCount === 0) return new Uint8Array();
      const text = `${rows === 0 ? '\n' : ',\n'}${rowTexts(chunk, keys).join(',\n')}`;
      rows += chunk.rowCount;
      return encodeUtf8(text);
    },
    end: () => encodeUtf8(`\n],"count":${rows}}\n`),
  };
}

/** `"name":` of each column. */
function memberKeys(columns: readonly ResultColumn[]): readonly string[] {
  return memberNames(columns.map(({ name }) => name)).map((name) => `${JSON.stringify(name)}:`);
}

/** Names of members by column; a name that comes twice is numbered, for an object has each member once. */
export function memberNames(columns: readonly string[]): readonly string[] {
  const seen = new Map<string, number>();
  return columns.map((name) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name}:${count - 1}`;
  });
}

function rowTexts(chunk: DuckDBDataChunk, keys: readonly string[]): string[] {
  const rows = Array.from({ length: chunk.rowCount }, () => '{');
  keys.forEach((key, at) => {
    const vector = chunk.getColumnVector(at);
    const prefix = at === 0 ? key : `,${key}`;
    for (let i = 0; i < rows.length; i++) rows[i] += prefix + jsonText(vector.getItem(i));
  });
  return rows.map((row) => `${row}}`);
}

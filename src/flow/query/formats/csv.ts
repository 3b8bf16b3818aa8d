import type { DuckDBDataChunk } from '@duckdb/node-api';
import { encodeUtf8 } from '#base/core/index.ts';
import type { ResultColumn, ResultEncoder } from '../execute/result.ts';
import { plainText } from './values.ts';

/**
 * Comma-separated values with a header. A null is an empty field, an empty text a quoted one.
 *
 * @see RFC 4180
 */
export function csvEncoder(columns: readonly ResultColumn[]): ResultEncoder {
  return {
    begin: () => encodeUtf8(`${columns.map(({ name }) => field(name)).join(',')}\r\n`),
    chunk: (chunk) => encodeUtf8(records(chunk)),
    end: () => new Uint8Array(),
  };
}

function records(chunk: DuckDBDataChunk): string {
  const rows = Array.from({ length: chunk.rowCount }, () => '');
  for (let at = 0; at < chunk.columnCount; at++) {
    const vector = chunk.getColumnVector(at);
    for (let i = 0; i < rows.length; i++) {
      const text = plainText(vector.getItem(i));
      rows[i] += (at === 0 ? '' : ',') + (text === null ? '' : field(text));
    }
  }
  return rows.map((row) => `${row}\r\n`).join('');
}

function field(text: string): string {
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

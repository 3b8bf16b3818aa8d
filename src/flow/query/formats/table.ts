import { encodeUtf8 } from '#base/core/index.ts';
import type { ResultColumn, ResultEncoder } from '../execute/result.ts';
import { plainText } from './values.ts';

/** Rows that set the widths of the columns; later ones may stick out. */
const MEASURED_ROWS = 500;
const MAX_CELL_WIDTH = 60;

const NUMERIC = /^(?:[UH]?U?(?:TINY|SMALL|BIG|HUGE)?INT(?:EGER)?|DOUBLE|FLOAT|DECIMAL.*)$/;

/** Aligned text for a person at a terminal: header, rule, rows. Control characters are shown as escapes. */
export function tableEncoder(columns: readonly ResultColumn[]): ResultEncoder {
  const right = columns.map(({ type }) => NUMERIC.test(String(type)));
  let pending: string[][] | null = [columns.map(({ name }) => printable(name))];
  let widths: number[] = [];
  const line = (row: readonly string[]): string => {
    const cells = row.map((cell, i) => pad(cell, widths[i] ?? 0, right[i] === true));
    return `${cells.join('  ').trimEnd()}\n`;
  };
  const settle = (): string => {
    if (pending === null) return '';
    const rows = pending;
    pending = null;
    widths = columns.map((_, i) => Math.max(1, ...rows.map((row) => (row[i] ?? '').length)));
    const [header = [], ...body] = rows;
    return line(header) + line(widths.map((width) => '-'.repeat(width))) + body.map((row) => line(row)).join('');
  };
  return {
    begin: () => new Uint8Array(),
    chunk: (chunk) => {
      const rows = Array.from({ length: chunk.rowCount }, (_, i) =>
        columns.map((__, at) => cut(printable(plainText(chunk.getColumnVector(at).getItem(i)) ?? ''))),
      );
      if (pending === null) return encodeUtf8(rows.map((row) => line(row)).join(''));
      pending.push(...rows);
      return encodeUtf8(pending.length > MEASURED_ROWS ? settle() : '');
    },
    end: () => encodeUtf8(settle()),
  };
}

function pad(cell: string, width: number, right: boolean): string {
  return right ? cell.padStart(width) : cell.padEnd(width);
}

function cut(cell: string): string {
  return cell.length > MAX_CELL_WIDTH ? `${cell.slice(0, MAX_CELL_WIDTH - 1)}…` : cell;
}

/** A reading may hold terminal control sequences; none reaches the terminal. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, (c) =>
    c === '\n' ? '\\n' : `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

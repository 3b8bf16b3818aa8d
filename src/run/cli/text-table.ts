/** A cell: numbers are set right, all else left. */
export type Cell = string | number | boolean | null | undefined;

/** Rows as aligned text with a header line, one blank column between; null shows as nothing. */
export function formatTable(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const cells = rows.map((row) => row.map(show));
  const widths = header.map((name, i) => Math.max(width(name), ...cells.map((row) => width(row[i] ?? ''))));
  const right = header.map((_, i) => rows.length > 0 && rows.every((row) => typeof row[i] === 'number'));
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => pad(cell, widths[i] ?? 0, right[i] ?? false))
      .join('  ')
      .trimEnd();
  return [line(header.map((name) => name.toUpperCase())), ...cells.map(line)].map((text) => `${text}\n`).join('');
}

function show(cell: Cell): string {
  // Control bytes in a name or reason must not reach the terminal.
  // oxlint-disable-next-line no-control-regex
  return cell === null || cell === undefined ? '' : String(cell).replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, '·');
}

function pad(cell: string, to: number, right: boolean): string {
  const space = ' '.repeat(Math.max(0, to - width(cell)));
  return right ? space + cell : cell + space;
}

function width(text: string): number {
  return Array.from(text).length;
}

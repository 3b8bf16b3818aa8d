/** A table of text: the names of the header and the cells of each line. */
export interface Table {
  readonly header: readonly string[];
  readonly cells: readonly (readonly string[])[];
}

/** Parses lines of cells; the sets that are measured have no quotes. */
export function parseTable(text: string, separator = ','): Table {
  const [header = [], ...cells] = text
    .split('\n')
    .map((line) => line.replace('\r', ''))
    .filter((line) => line !== '')
    .map((line) => line.split(separator));
  return { header, cells };
}

/**
 * A column of numbers; an empty cell is NaN.
 *
 * @throws {Error} if there is no such column
 */
export function numbersOf(table: Table, name: string): Float64Array {
  const at = placeOf(table, name);
  return Float64Array.from(table.cells, (line) => numberOf(line[at]));
}

/** The other columns as numbers, row after row. */
export function matrixWithout(table: Table, ...names: string[]): { values: Float64Array; width: number } {
  const leave = new Set(names.map((name) => placeOf(table, name)));
  const places = table.header.map((_, i) => i).filter((i) => !leave.has(i));
  const values = new Float64Array(table.cells.length * places.length);
  let at = 0;
  for (const line of table.cells) for (const place of places) values[at++] = numberOf(line[place]);
  return { values, width: places.length };
}

function placeOf({ header }: Table, name: string): number {
  const at = header.indexOf(name);
  if (at < 0) throw new Error(`there is no column ${name} among ${header.join(', ')}`);
  return at;
}

function numberOf(cell: string | undefined): number {
  return cell === undefined || cell === '' ? NaN : Number(cell);
}

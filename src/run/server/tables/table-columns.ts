import { parseRfc3339 } from '#base/core/index.ts';
import type { Column, NamedColumn } from '#base/core/index.ts';
import type { TokenFormat, TokenMaker } from '#base/crypto/index.ts';
import type { Field } from '#declare/template/index.ts';
import { coarsen, coarsenTime } from '#flow/ingest/index.ts';
import { ApiError } from '../api/errors.ts';
import type { SourceRecord } from './csv-records.ts';

/** Rows that one reference table may have. */
export const MOST_TABLE_ROWS = 200_000;

/**
 * Records as columns of declared fields. Every value is checked against its declaration; the first that does not fit
 * refuses the whole, so that a table is never half loaded.
 *
 * @param tokens of the fields that are replaced by tokens, by name
 * @param tokenised is told of each token and what it stands for
 * @throws {ApiError} API_TABLE_INVALID naming line and field
 */
export async function readTableColumns(
  table: string,
  fields: readonly Field[],
  records: AsyncIterable<SourceRecord>,
  tokens: ReadonlyMap<string, TokenMaker> = new Map(),
  tokenised: (field: string, token: string | number, original: string | number) => void = () => {},
): Promise<{ readonly rows: number; readonly columns: readonly NamedColumn[] }> {
  const values: (string | number | boolean | null)[][] = fields.map(() => []);
  let rows = 0;
  for await (const record of records) {
    rows += 1;
    if (rows > MOST_TABLE_ROWS) throw invalid(table, `it has more than ${MOST_TABLE_ROWS} rows`);
    const unknown = [...record.values.keys()].find((name) => !fields.some((field) => field.name === name));
    if (unknown !== undefined)
      throw invalid(table, `line ${record.line} has a column ${unknown.slice(0, 64)}, which is not declared`);
    for (const [i, field] of fields.entries()) {
      const value = readValue(table, field, record);
      const stored = storedValue(field, value, tokens.get(field.name));
      const isToken = tokens.has(field.name) && (typeof value === 'string' || typeof value === 'number');
      if (isToken && (typeof stored === 'string' || typeof stored === 'number')) tokenised(field.name, stored, value);
      values[i]?.push(stored);
    }
  }
  return { rows, columns: fields.map((field, i) => ({ name: field.name, data: columnOf(field, values[i] ?? []) })) };
}

/** What is checked is the value; what is kept is its token, or its place on the grid, as for readings. */
function storedValue<T>(field: Field, value: T, tokens: TokenMaker | undefined): T | string | number {
  if (typeof value === 'string') return tokens?.text(value) ?? value;
  if (typeof value !== 'number') return value;
  if (tokens !== undefined) return tokens.integer(value);
  const { type, coarsen: grid = 0 } = field;
  if (grid === 0) return value;
  return type === 'time' ? coarsenTime(value, grid) : coarsen(value, grid);
}

function readValue(table: string, field: Field, { values, line }: SourceRecord): string | number | boolean | null {
  const given = values.get(field.name);
  const fail = (state: string) => invalid(table, `line ${line}: ${field.name} ${state}`);
  if (given === undefined || given === null || given === '') {
    if (field.nullable) return null;
    throw fail('is missing');
  }
  const value = convert(field, given);
  if (value === null) throw fail(`is no ${field.type}`);
  if (typeof value === 'string') {
    if (value.length > field.maxLength) throw fail(`is longer than ${field.maxLength} characters`);
    const problem = field.token?.kind === 'format' ? formatMismatch(value, field.token) : null;
    if (problem !== null) throw fail(problem);
    if (field.enum !== null && !field.enum.includes(value)) throw fail(`is none of ${field.enum.join(', ')}`);
  }
  if (typeof value === 'number') {
    const [low, high] = field.range ?? [null, null];
    if ((low !== null && value < low) || (high !== null && value > high))
      throw fail(`is outside ${low ?? ''} to ${high ?? ''}`);
  }
  return value;
}

/** Why a text is not of the format that tokens keep; null where it is. */
function formatMismatch(value: string, { alphabet, length: [least, most] }: TokenFormat): string | null {
  if (value.length < least || value.length > most) return `has not ${least} to ${most} letters`;
  const at = value.split('').findIndex((letter) => !alphabet.includes(letter));
  return at === -1 ? null : `has a letter at ${at + 1} that its alphabet has not`;
}

function convert(field: Field, given: unknown): string | number | boolean | null {
  switch (field.type) {
    case 'text':
      return typeof given === 'string' && given.isWellFormed() ? given : null;
    case 'boolean':
      return typeof given === 'boolean'
        ? given
        : given === 'true' || given === '1'
          ? true
          : given === 'false' || given === '0'
            ? false
            : null;
    case 'time':
      return typeof given === 'string' ? parseRfc3339(given.trim()) : null;
    case 'number':
    case 'integer': {
      const number = typeof given === 'string' && given.trim() !== '' ? Number(given) : given;
      if (typeof number !== 'number' || !Number.isFinite(number)) return null;
      return field.type === 'integer' && !Number.isSafeInteger(number) ? null : number;
    }
  }
}

function columnOf(field: Field, values: readonly (string | number | boolean | null)[]): Column {
  const nulls = values.includes(null) ? Uint8Array.from(values, (value) => (value === null ? 1 : 0)) : null;
  if (field.type === 'boolean')
    return { type: 'boolean', values: Uint8Array.from(values, (value) => (value === true ? 1 : 0)), nulls };
  if (field.type !== 'text')
    return { type: field.type, values: Float64Array.from(values, (value) => Number(value ?? 0)), nulls };
  const places = new Map<string, number>();
  const codes = Uint32Array.from(values, (value) => {
    const text = typeof value === 'string' ? value : '';
    const known = places.get(text);
    if (known !== undefined) return known;
    places.set(text, places.size);
    return places.size - 1;
  });
  return { type: 'text', codes, dictionary: [...places.keys()], nulls };
}

function invalid(table: string, state: string): ApiError {
  return new ApiError('API_TABLE_INVALID', `Cannot load table ${table}: ${state}`, {
    hint: 'Nothing was loaded; mend the file and load it again',
  });
}

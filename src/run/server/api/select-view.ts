import { ApiError } from './errors.ts';

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

/**
 * The statement behind `GET /v1/views/<view>`: some columns, a span of time, a number of rows. Values travel as
 * parameters; names are checked here and governed like those of any other statement.
 *
 * @param query `columns` (comma-separated), `from` and `to` (RFC 3339, half-open), `limit`
 */
export function selectView(
  view: string,
  query: Readonly<Record<string, string>>,
): { sql: string; parameters: (string | number)[] } {
  if (!NAME.test(view)) throw new ApiError('API_VIEW_UNKNOWN', 'Cannot read view: there is none of that name');
  const columns = query['columns']?.split(',').map((column) => column.trim()) ?? [];
  const wrong = columns.find((column) => !NAME.test(column));
  if (wrong !== undefined)
    throw new ApiError(
      'API_BODY_INVALID',
      `Cannot read view ${view}: ${JSON.stringify(wrong.slice(0, 64))} is no column`,
    );
  const parameters: (string | number)[] = [];
  const conditions: string[] = [];
  for (const [name, comparison] of [
    ['from', '>='],
    ['to', '<'],
  ] as const) {
    const bound = query[name];
    if (bound === undefined) continue;
    parameters.push(bound);
    conditions.push(`"time" ${comparison} cast($${parameters.length} as timestamp with time zone)`);
  }
  const list = columns.length === 0 ? '*' : columns.map((column) => `"${column}"`).join(', ');
  const where = conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`;
  const limit = query['limit'] === undefined ? '' : ` limit ${limitOf(query['limit'])}`;
  return { sql: `select ${list} from "${view}"${where}${limit}`, parameters };
}

function limitOf(text: string): number {
  const limit = Number(text);
  if (Number.isSafeInteger(limit) && limit >= 0) return limit;
  throw new ApiError('API_BODY_INVALID', 'Cannot read view: limit is no whole number');
}

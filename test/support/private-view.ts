import type { PrivateColumn, PrivateView } from '#flow/query/index.ts';

/** A column of a private view as a test declares it: by name, type and bounds. */
export function privateColumn(
  name: string,
  type: PrivateColumn['type'],
  more: Partial<PrivateColumn> = {},
): PrivateColumn {
  return { name, source: name, type, range: null, keys: null, unit: null, class: 'operational', ...more };
}

/** A private view with a column of each kind: `x` from 0 to 8, `n` whole from 0 to 10, `ok`, `line`, `name`, `time`, `received`. */
export function privateView(rows = 1): PrivateView {
  return {
    name: 'v',
    stream: 's',
    owner: 'device',
    rules: { epsilon: 1, delta: 1e-6, query: 0.1, rows, renew: null, allot: {} },
    columns: [
      privateColumn('x', 'number', { range: [0, 8] }),
      privateColumn('n', 'integer', { range: [0, 10] }),
      privateColumn('ok', 'boolean', { keys: ['false', 'true'] }),
      privateColumn('line', 'text', { keys: ['north', 'south'] }),
      privateColumn('name', 'text'),
      privateColumn('time', 'time'),
      privateColumn('received', 'time'),
    ],
  };
}

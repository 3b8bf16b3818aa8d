/** The forms in which a result can be had. */
export const RESULT_FORMATS = ['table', 'csv', 'json', 'ndjson', 'arrow', 'parquet'] as const;
export type ResultFormat = (typeof RESULT_FORMATS)[number];

/** What a query process can make of a statement: `frozen` is the plain file of a dataset, for the platform itself. */
export type ExecutionFormat = ResultFormat | 'frozen';

/** What an HTTP answer calls each form. */
export const CONTENT_TYPES: Readonly<Record<ResultFormat, string>> = {
  table: 'text/plain; charset=utf-8',
  csv: 'text/csv; charset=utf-8; header=present',
  json: 'application/json',
  ndjson: 'application/x-ndjson',
  arrow: 'application/vnd.apache.arrow.stream',
  parquet: 'application/vnd.apache.parquet',
};

/** The format that an Accept header asks for first among those that exist; null where it names none. */
export function formatForAccept(accept: string): ResultFormat | null {
  for (const part of accept.split(',', 32)) {
    const type = part.split(';', 1)[0]?.trim().toLowerCase();
    const found = RESULT_FORMATS.find((format) => CONTENT_TYPES[format].split(';', 1)[0] === type);
    if (found !== undefined) return found;
  }
  return null;
}

import { QueryError } from '../errors.ts';

/** Why a running statement was stopped from outside; null where it was not. */
export type StopReason = 'time' | 'caller' | null;

/**
 * What a failure of the engine means to the author of the statement. The engine's words are cut before they quote the
 * rebuilt statement, which shows filters.
 *
 * @param veiled whether the failure may be one of a filter or a view over what the author does not see: its words would
 *   quote a value of it, and are left out but for those about names and types
 */
export function explainEngineError(error: unknown, stopped: StopReason, veiled = false): QueryError {
  if (error instanceof QueryError) return error;
  if (stopped === 'time') {
    return new QueryError('QUERY_TIME_LIMIT', 'Cannot finish statement: it ran longer than allowed', {
      hint: 'narrow the time range, or aggregate earlier',
    });
  }
  if (stopped === 'caller') return new QueryError('QUERY_CANCELLED', 'Cannot finish statement: its caller left');
  const words = error instanceof Error ? error.message : String(error);
  if (isOutOfMemory(error)) {
    return new QueryError('QUERY_MEMORY_LIMIT', 'Cannot finish statement: it needs more memory than allowed', {
      hint: 'select fewer columns or rows, or aggregate before joining and sorting',
    });
  }
  const kind = /^([A-Z][A-Za-z ]+) Error/.exec(words)?.[1] ?? 'Execution';
  // Candidates are those that this statement opened, which misleads whoever misspelt one.
  const detail = (words.split(/\n\s*\n?LINE \d+:|\nCandidate bindings/, 1)[0] ?? '').slice(0, 500);
  const unknown = /^Binder Error: (?:Referenced column|Table ".*" does not have a column)/.test(words);
  const hint = unknown ? { hint: 'DESCRIBE the view to see its columns' } : {};
  // What names the parts that the gate put in, or is a fault of the engine, may hold more of the rebuilt statement.
  const mayQuote = veiled && !['Binder', 'Catalog', 'Parser'].includes(kind);
  const shown = !mayQuote && kind !== 'INTERNAL' && !/\bweir\b|\b_r\b|weir_/.test(detail);
  const message = `Cannot run statement: ${kind.toLowerCase()} error`;
  return new QueryError('QUERY_FAILED', message, shown ? { detail, ...hint } : hint);
}

/** Whether a statement needs more memory than its engine may take. */
export function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('Out of Memory Error');
}

import { concatBytes, decodeUtf8 } from '#base/core/index.ts';
import type { Caller } from '../api/caller.ts';
import type { Queries } from '../api/services.ts';
import type { TokenColumn } from './token-desk.ts';

/**
 * Which of some tokens a caller sees in a column, by asking it of the view as the caller: whatever hides a row or masks
 * the column there does it here. The statement is in the log like any other.
 *
 * @param place names of the template, decided before
 */
export async function seenTokens(
  queries: Pick<Queries, 'run'>,
  caller: Caller,
  { view, column, purpose }: TokenColumn,
  tokens: readonly (string | number)[],
  signal: AbortSignal,
): Promise<ReadonlySet<string | number>> {
  if (tokens.length === 0) return new Set();
  const places = tokens.map(() => '?').join(', ');
  const sql = `SELECT DISTINCT "${column}" AS token FROM "${view}" WHERE "${column}" IN (${places})`;
  const asked = { sql, parameters: tokens, purpose, format: 'json' } as const;
  const { parts } = await queries.run(caller, asked, signal);
  const answer = JSON.parse(decodeUtf8(concatBytes(await Array.fromAsync(parts)))) as {
    readonly rows: readonly { readonly token: string | number }[];
  };
  return new Set(answer.rows.map(({ token }) => token));
}

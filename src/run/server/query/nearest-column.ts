import { hasCode } from '#base/core/index.ts';
import { nearestWord } from '#declare/template/index.ts';
import { namedRelations, QueryError } from '#flow/query/index.ts';
import type { Grants } from '#flow/query/index.ts';

const UNKNOWN = [
  /^Binder Error: Referenced column "([^"]{1,64})" not found/,
  /^Binder Error: Table ".*" does not have a column named "([^"]{1,64})"/,
] as const;

/**
 * The failure of a statement that names a column which is not there, with the nearest of those that its author sees in
 * the relations that it names. Other columns are not there for the author, and so are never told; any other failure is
 * handed back as it is.
 *
 * @param serialised the statement's own tree
 * @param grants what the author has for the purpose at hand
 */
export function withNearestColumn(error: unknown, serialised: string, grants: Grants): unknown {
  if (!hasCode(error, 'QUERY_FAILED') || !(error instanceof Error)) return error;
  const { message, detail } = error as Error & { readonly detail?: unknown };
  if (typeof detail !== 'string') return error;
  const found = UNKNOWN.map((pattern) => pattern.exec(detail)?.[1]).find((name) => name !== undefined);
  if (found === undefined) return error;
  const named = namedRelations(serialised, grants.keys());
  const seen = named.flatMap(
    (name) => grants.get(name)?.columns.map((column) => ({ name: column.name, of: name })) ?? [],
  );
  const nearest = nearestWord(
    found,
    seen.map(({ name }) => name),
  );
  const of = seen.find(({ name }) => name === nearest)?.of ?? named[0];
  const columns = of === undefined ? 'DESCRIBE the view to see its columns' : `DESCRIBE ${of} shows its columns`;
  const hint = nearest === null ? columns : `did you mean ${nearest} (of ${of})? ${columns}`;
  return new QueryError('QUERY_FAILED', message, { detail, hint, cause: error });
}

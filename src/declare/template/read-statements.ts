import type { CheckContext } from './check-context.ts';
import type { ReadSource } from './follow-extends.ts';
import { TEMPLATE_BOUNDS } from './limits.ts';
import { readBeside } from './read-beside.ts';

/** The statement of each declared view: its file's text where `sql:` names one, else what is written there. */
export function readStatements(context: CheckContext, readFile: ReadSource): ReadonlyMap<string, string> {
  const statements = new Map<string, string>();
  for (const [name, view] of Object.entries(context.source.views ?? {})) {
    if (view?.sql === undefined) continue;
    const path = ['views', name, 'sql'];
    const statement = view.sql.endsWith('.sql')
      ? readBeside(context, path, view.sql, readFile, {
          most: TEMPLATE_BOUNDS.sqlCharacters,
          code: 'TEMPLATE_VIEW_INVALID',
        })
      : view.sql;
    if (statement === null) continue;
    const bare = statement.trim().replace(/;\s*$/, '');
    if (!isSelect(bare)) {
      context.at(path, 'TEMPLATE_VIEW_INVALID', 'a view is one SELECT statement: it starts with SELECT, WITH or FROM');
    } else statements.set(name, bare);
  }
  return statements;
}

/** A first look only: the query room parses the statement and decides what it may do. */
function isSelect(statement: string): boolean {
  const bare = statement.replace(/^(\s+|--[^\n]*(\n|$)|\/\*[^*]*\*+([^/*][^*]*\*+)*\/)+/, '');
  return /^(select|with|from)\b/i.test(bare);
}

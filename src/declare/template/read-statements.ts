import type { CheckContext } from './check-context.ts';
import type { ReadSource } from './follow-extends.ts';
import { TEMPLATE_BOUNDS } from './limits.ts';
import { nodeAt } from './source-node.ts';
import { resolveSourcePath } from './source-path.ts';

/** The statement of each declared view: its file's text where `sql:` names one, else what is written there. */
export function readStatements(context: CheckContext, readFile: ReadSource): ReadonlyMap<string, string> {
  const statements = new Map<string, string>();
  for (const [name, view] of Object.entries(context.source.views ?? {})) {
    if (view?.sql === undefined) continue;
    const path = ['views', name, 'sql'];
    const statement = view.sql.endsWith('.sql') ? readStatement(context, path, view.sql, readFile) : view.sql;
    if (statement === null) continue;
    const bare = statement.trim().replace(/;\s*$/, '');
    if (!isSelect(bare)) {
      context.at(path, 'TEMPLATE_VIEW_INVALID', 'a view is one SELECT statement: it starts with SELECT, WITH or FROM');
    } else statements.set(name, bare);
  }
  return statements;
}

function readStatement(
  context: CheckContext,
  path: readonly string[],
  file: string,
  readFile: ReadSource,
): string | null {
  // A file stands beside the template that names it, which may be one that was extended.
  const from = nodeAt(context.root, path)?.at.file ?? context.root.at.file;
  const resolved = resolveSourcePath(from, file);
  if (resolved === null) {
    context.at(path, 'TEMPLATE_VIEW_INVALID', `\`${file}\` leaves the template's folder; name a file in it`);
    return null;
  }
  const text = readFile(resolved);
  if (text === null) context.at(path, 'TEMPLATE_FILE_MISSING', `there is no file \`${resolved}\``);
  else if (text.length > TEMPLATE_BOUNDS.sqlCharacters) {
    context.at(path, 'TEMPLATE_TOO_LARGE', `\`${resolved}\` has ${text.length} characters; at most 65536 are read`);
    return null;
  }
  return text;
}

/** A first look only: the query room parses the statement and decides what it may do. */
function isSelect(statement: string): boolean {
  const bare = statement.replace(/^(\s+|--[^\n]*(\n|$)|\/\*[^*]*\*+([^/*][^*]*\*+)*\/)+/, '');
  return /^(select|with|from)\b/i.test(bare);
}

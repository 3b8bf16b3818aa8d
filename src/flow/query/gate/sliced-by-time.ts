import { isNode, listOf, nodesOf, parseAst, textOf, walkAst } from './ast.ts';
import type { AstNode } from './ast.ts';
import {
  columnPath,
  givesRowByRow,
  innerQuery,
  isPresent,
  nameOf,
  openedName,
  starsOf,
  unwrapped,
} from './row-wise.ts';

const TIME = 'time';

/**
 * The relation of which a rebuilt statement gives some rows one by one, each with its own `time` under that name: what it
 * answers of one span of time after the other is all that it answers, and in the order of time. Everything else that it
 * reads is the same for each span.
 *
 * @param serialised the tree that `gateStatement` rebuilt
 * @returns null where that is not so, or cannot be told
 */
export function slicedByTime(serialised: string): string | null {
  const root = parseAst(serialised);
  const statement = isNode(root) ? nodesOf(root, 'statements')[0]?.['node'] : undefined;
  if (!isNode(statement)) return null;
  const relation = timeFrom(statement, TIME);
  let mentions = 0;
  walkAst(statement, (node) => {
    if (openedName(node) === relation) mentions += 1;
  });
  return mentions === 1 ? relation : null;
}

/** The opened relation whose `time` a column of a query is, row by row. */
function timeFrom(select: AstNode, column: string): string | null {
  if (textOf(select, 'type') !== 'SELECT_NODE' || !givesRowByRow(select)) return null;
  const items = nodesOf(select, 'select_list');
  const stars = starsOf(select);
  const named = items.filter((item) => !stars.includes(item) && nameOf(item) === column);
  const from = select['from_table'];
  if (!isNode(from) || stars.length + named.length !== 1) return null;
  if (!stars.every((star) => items.includes(star) && isPlain(star))) return null;
  const path = named[0] === undefined ? { alias: '', column } : columnPath(unwrapped(named[0]));
  return path === null ? null : columnFrom(from, path.alias, path.column);
}

function columnFrom(from: AstNode, alias: string, column: string): string | null {
  if (textOf(from, 'type') === 'JOIN') {
    // Of the rows on the left each is there or not, once.
    const left = from['left'];
    return textOf(from, 'join_type') === 'SEMI' && isNode(left) ? columnFrom(left, alias, column) : null;
  }
  if (alias !== '' && alias !== textOf(from, 'alias').toLowerCase()) return null;
  const name = openedName(from);
  if (name !== null) return column === TIME && !isPresent(from['sample']) ? name : null;
  const inner = innerQuery(from);
  return inner === null ? null : timeFrom(inner, column);
}

/** A star that neither leaves out, renames nor replaces. */
function isPlain(star: AstNode): boolean {
  const lists = ['exclude_list', 'replace_list', 'qualified_exclude_list', 'rename_list'];
  return star['columns'] !== true && !isPresent(star['expr']) && lists.every((list) => listOf(star, list).length === 0);
}

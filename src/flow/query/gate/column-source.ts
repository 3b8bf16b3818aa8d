import { isNode, listOf, nodesOf, parseAst, textOf, walkAst } from './ast.ts';
import type { AstNode } from './ast.ts';
import { columnPath, innerQuery, isPresent, nameOf, openedName, starsOf, unwrapped } from './row-wise.ts';
import type { ColumnPath } from './row-wise.ts';

/** A column of an opened relation. */
export interface ColumnSource {
  readonly relation: string;
  /** Its name, in lower case. */
  readonly column: string;
  /** Where the relation is opened. */
  readonly opened: AstNode;
}

/** Through what a column is followed. */
export interface Following {
  /** Whether a query gives a column of what it is from in a way that counts. */
  readonly passes: (select: AstNode, column: ColumnPath) => boolean;
  /** The items of a join in one of which the column may be. */
  readonly sides: (join: AstNode, column: ColumnPath) => readonly AstNode[];
}

/** The query of a rebuilt statement; null where it is none. */
export function queryOf(serialised: string): AstNode | null {
  const root = parseAst(serialised);
  const statement = isNode(root) ? nodesOf(root, 'statements')[0]?.['node'] : undefined;
  return isNode(statement) ? statement : null;
}

/**
 * The column of an opened relation that a query gives, unchanged, under a name.
 *
 * @param name in lower case
 * @returns null where it gives none so, or that cannot be told
 */
export function sourceOf(select: AstNode, name: string, following: Following): ColumnSource | null {
  if (textOf(select, 'type') !== 'SELECT_NODE') return null;
  const items = nodesOf(select, 'select_list');
  const stars = starsOf(select);
  const named = items.filter((item) => !stars.includes(item) && nameOf(item) === name);
  const from = select['from_table'];
  if (!isNode(from) || stars.length + named.length !== 1) return null;
  if (!stars.every((star) => items.includes(star) && isPlain(star))) return null;
  const path = named[0] === undefined ? { alias: '', column: name } : columnPath(unwrapped(named[0]));
  return path === null || !following.passes(select, path) ? null : within(from, path, following);
}

/** How often a query opens a relation. */
export function mentionsOf(query: AstNode, relation: string): number {
  let mentions = 0;
  walkAst(query, (node) => {
    if (openedName(node) === relation) mentions += 1;
  });
  return mentions;
}

function within(from: AstNode, path: ColumnPath, following: Following): ColumnSource | null {
  if (textOf(from, 'type') === 'JOIN') {
    const found = following.sides(from, path).map((side) => within(side, path, following));
    const [one, ...others] = found.filter((each) => each !== null);
    return one === undefined || others.length > 0 ? null : one;
  }
  if (path.alias !== '' && path.alias !== textOf(from, 'alias').toLowerCase()) return null;
  const relation = openedName(from);
  if (relation !== null) return { relation, column: path.column, opened: from };
  const inner = innerQuery(from);
  return inner === null ? null : sourceOf(inner, path.column, following);
}

/** A star that neither leaves out, renames nor replaces. */
function isPlain(star: AstNode): boolean {
  const lists = ['exclude_list', 'replace_list', 'qualified_exclude_list', 'rename_list'];
  return star['columns'] !== true && !isPresent(star['expr']) && lists.every((list) => listOf(star, list).length === 0);
}

import { formatAst, isNode, listOf, nodesOf, textOf, textsOf, walkAst } from './ast.ts';
import type { Ast, AstNode } from './ast.ts';
import { hasAggregate } from './is-aggregate.ts';
import { BASE_SCHEMA } from './relation-source.ts';

/** A column of what is selected from: alias and name in lower case, the alias empty where none is named. */
export interface ColumnPath {
  readonly alias: string;
  readonly column: string;
}

/** The relation that is opened here; null for everything else. */
export function openedName(node: AstNode): string | null {
  const isOpened = textOf(node, 'type') === 'BASE_TABLE' && textOf(node, 'schema_name') === BASE_SCHEMA;
  return isOpened ? textOf(node, 'table_name') : null;
}

/** The query of a FROM item, where it is one with columns of its own names. */
export function innerQuery(from: AstNode): AstNode | null {
  if (textOf(from, 'type') !== 'SUBQUERY' || isPresent(from['sample']) || listOf(from, 'column_name_alias').length > 0)
    return null;
  const query = from['subquery'];
  const node = isNode(query) ? query['node'] : null;
  return isNode(node ?? undefined) && textOf(node as AstNode, 'type') === 'SELECT_NODE' ? (node as AstNode) : null;
}

/** Whether a query gives each row of what it is from, changed or left out by itself alone. */
export function givesRowByRow(select: AstNode): boolean {
  const isGrouped =
    listOf(select, 'group_expressions').length > 0 ||
    listOf(select, 'group_sets').length > 0 ||
    textOf(select, 'aggregate_handling') !== 'STANDARD_HANDLING';
  const cuts = ['sample', 'having', 'qualify'].some((key) => isPresent(select[key]));
  if (isGrouped || cuts || !nodesOf(select, 'modifiers').every((each) => isBarrier(each))) return false;
  const items = select['select_list'] ?? [];
  let isRowWise = !hasAggregate(items);
  walkAst(items, (each) => {
    const kind = textOf(each, 'class');
    if (kind === 'WINDOW' || kind === 'SUBQUERY') isRowWise = false;
  });
  return isRowWise;
}

/** What an item of a SELECT is called, in lower case. */
export function nameOf(item: AstNode): string {
  return (textOf(item, 'alias') || (textsOf(item, 'column_names').at(-1) ?? '')).toLowerCase();
}

/** The value of `least(x, x)`, by which the gate keeps a column from its dictionary. */
export function unwrapped(item: AstNode): AstNode {
  const [first, second, ...others] = nodesOf(item, 'children');
  const isLeast = textOf(item, 'class') === 'FUNCTION' && textOf(item, 'function_name') === 'least';
  if (!isLeast || first === undefined || second === undefined || others.length > 0) return item;
  return formatAst(first) === formatAst(second) ? first : item;
}

/** The column that an expression is; null for everything else. */
export function columnPath(node: AstNode): ColumnPath | null {
  if (textOf(node, 'class') !== 'COLUMN_REF') return null;
  const path = textsOf(node, 'column_names').map((part) => part.toLowerCase());
  if (path.length > 2) return null;
  return { alias: path.length === 2 ? path[0]! : '', column: path.at(-1) ?? '' };
}

/** Stars in what a query gives, within expressions too: columns whose names show at run time only. */
export function starsOf(select: AstNode): readonly AstNode[] {
  const stars: AstNode[] = [];
  walkAst(select['select_list'] ?? [], (each) => {
    if (textOf(each, 'class') === 'STAR') stars.push(each);
  });
  return stars;
}

export function isPresent(value: Ast | undefined): boolean {
  return value !== null && value !== undefined;
}

/** A LIMIT that cuts nothing, by which the gate keeps conditions apart; see `barrier`. */
function isBarrier(modifier: AstNode): boolean {
  const limit = modifier['limit'];
  const value = isNode(limit) ? limit['value'] : null;
  const isLimit = textOf(modifier, 'type') === 'LIMIT_MODIFIER' && !isPresent(modifier['offset']);
  return isLimit && isNode(value ?? undefined) && (value as AstNode)['value'] === 9_000_000_000_000_000;
}

import type { Ast, AstNode } from './ast.ts';
import { isNode, listOf, nodesOf, textOf, textsOf } from './ast.ts';
import { AGGREGATES } from './functions.ts';

/** Columns that tell readings apart: grouped by one of them, each group is a reading. */
const ONE_EACH = new Set(['time', 'received', 'seq']);

/**
 * Whether every row of a query sums up a group: it groups, or all that it gives is an aggregate, and the groups are no
 * single readings.
 *
 * @param query a query node that passed the gate
 */
export function isAggregate(query: AstNode): boolean {
  if (query['type'] === 'SET_OPERATION_NODE')
    return isAggregate(asNode(query['left'])) && isAggregate(asNode(query['right']));
  if (query['type'] !== 'SELECT_NODE') return false;
  const items = nodesOf(query, 'select_list');
  const byAll = textOf(query, 'aggregate_handling') === 'FORCE_AGGREGATES';
  const written = listOf(query, 'group_expressions');
  const keys = byAll ? items.filter((item) => !hasAggregate(item)) : written;
  if (!byAll && written.length === 0 && !(items.length > 0 && items.every(hasAggregate))) return false;
  return !keys.some((key) => namesOne(key, items));
}

/** A key that is a bare column which differs from reading to reading, by its name, its place or its alias. */
function namesOne(key: Ast, items: readonly AstNode[]): boolean {
  if (!isNode(key)) return false;
  if (key['class'] === 'COLUMN_REF') {
    const name = textsOf(key, 'column_names').at(-1)?.toLowerCase() ?? '';
    const meant = items.find((item) => textOf(item, 'alias').toLowerCase() === name);
    return ONE_EACH.has(name)
      ? meant === undefined || meant['class'] === 'COLUMN_REF'
      : meant !== undefined && isOne(meant);
  }
  const place = key['class'] === 'CONSTANT' ? Number((asNode(key['value']) as { value?: unknown })['value']) : NaN;
  const at = items[place - 1];
  return at !== undefined && isOne(at);
}

function isOne(item: AstNode): boolean {
  return item['class'] === 'COLUMN_REF' && ONE_EACH.has(textsOf(item, 'column_names').at(-1)?.toLowerCase() ?? '');
}

/** Whether an aggregate stands anywhere in an expression, queries within it not counted. */
export function hasAggregate(value: Ast): boolean {
  if (Array.isArray(value)) return (value as readonly Ast[]).some((item) => hasAggregate(item));
  if (!isNode(value)) return false;
  if (value['class'] === 'FUNCTION' && AGGREGATES.has(textOf(value, 'function_name').toLowerCase())) return true;
  return value['class'] !== 'SUBQUERY' && Object.values(value).some((member) => hasAggregate(member));
}

function asNode(value: Ast | undefined): AstNode {
  return isNode(value) ? value : {};
}

import { isNode, listOf, nodesOf, textOf, walkAst } from './ast.ts';
import type { AstNode } from './ast.ts';
import { mentionsOf, queryOf, sourceOf } from './column-source.ts';
import type { Following } from './column-source.ts';
import { hasAggregate } from './is-aggregate.ts';
import { columnPath, unwrapped } from './row-wise.ts';
import type { ColumnPath } from './row-wise.ts';

const ROWS_OF_ONE_VALUE: Following = {
  passes: (select, path) => !looksElsewhere(select) && (!isGrouped(select) || isKey(select, path)),
  // With a name before it, it is of one side; without, of either.
  sides: (join, { alias }) => (alias === '' && !isSemi(join) ? [] : sidesOf(join)),
};

/**
 * Columns of relations that a rebuilt statement gives unchanged, under their own names, in rows each of which is made of rows
 * of that relation with the same value there: one alone, or a group of that value. Whoever takes out the rows that have a value
 * there has taken out all that was made of that value's rows.
 *
 * @param serialised the tree that `gateStatement` rebuilt
 * @param names what its columns are called
 * @returns by relation, as they are called; what cannot be told is not among them
 */
export function keptColumns(serialised: string, names: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const query = queryOf(serialised);
  const kept: Record<string, string[]> = {};
  for (const name of query === null ? [] : names) {
    const source = sourceOf(query!, name.toLowerCase(), ROWS_OF_ONE_VALUE);
    if (source === null || source.column !== name.toLowerCase() || mentionsOf(query!, source.relation) > 1) continue;
    (kept[source.relation] ??= []).push(name);
  }
  return kept;
}

/** Whether something stands in a row that other rows have a part in. */
function looksElsewhere(select: AstNode): boolean {
  let found = false;
  walkAst(select['select_list'] ?? [], (node) => {
    const kind = textOf(node, 'class');
    if (kind === 'WINDOW' || kind === 'SUBQUERY') found = true;
  });
  return found;
}

function isGrouped(select: AstNode): boolean {
  return (
    listOf(select, 'group_expressions').length > 0 ||
    listOf(select, 'group_sets').length > 0 ||
    textOf(select, 'aggregate_handling') !== 'STANDARD_HANDLING' ||
    hasAggregate(select['select_list'] ?? [])
  );
}

/** Whether rows are grouped by a column, in each group. */
function isKey(select: AstNode, { alias, column }: ColumnPath): boolean {
  // GROUP BY ALL groups by all that is no aggregate.
  if (textOf(select, 'aggregate_handling') === 'FORCE_AGGREGATES') return true;
  if (listOf(select, 'group_sets').length > 1) return false;
  return nodesOf(select, 'group_expressions').some((key) => {
    const path = columnPath(unwrapped(key));
    return path !== null && path.column === column && path.alias === alias;
  });
}

function isSemi(join: AstNode): boolean {
  return ['SEMI', 'ANTI'].includes(textOf(join, 'join_type'));
}

/** Of a semi-join the left side alone shows. */
function sidesOf(join: AstNode): readonly AstNode[] {
  const sides = isSemi(join) ? [join['left']] : [join['left'], join['right']];
  return sides.filter((side): side is AstNode => isNode(side));
}

import type { Grants, GovernedRelation } from '../relations.ts';
import type { AstNode } from './ast.ts';
import { textOf } from './ast.ts';
import { textRows } from './build.ts';
import { maskedType } from './mask.ts';

/** What SHOW TABLES lists: the subject's views and nothing else. */
export function listRelations(visible: readonly GovernedRelation[], alias: string): AstNode {
  const rows = visible.map((relation) => [relation.name]).sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
  return textRows(['name'], rows, alias || 'tables');
}

/** `information_schema.tables` and `.columns` over the subject's views; null for any other of its relations. */
export function describeCatalogue(
  table: string,
  visible: readonly GovernedRelation[],
  grants: Grants,
  mention: AstNode,
): AstNode | null {
  const alias = textOf(mention, 'alias') || table;
  if (table.toLowerCase() === 'tables') {
    const names = ['table_catalog', 'table_schema', 'table_name', 'table_type'];
    return textRows(
      names,
      visible.map((relation) => ['weir', 'main', relation.name, 'VIEW']),
      alias,
    );
  }
  if (table.toLowerCase() !== 'columns') return null;
  const names = [
    'table_catalog',
    'table_schema',
    'table_name',
    'column_name',
    'ordinal_position',
    'is_nullable',
    'data_type',
  ];
  const rows = visible.flatMap((relation) => {
    const granted = new Map(grants.get(relation.name)?.columns.map(({ name, mask }) => [name, mask]));
    return relation.columns
      .filter(({ name }) => granted.has(name))
      .map((column, i) => {
        const type = maskedType(column.sqlType, granted.get(column.name) ?? null);
        return ['weir', 'main', relation.name, column.name, String(i + 1), column.nullable ? 'YES' : 'NO', type];
      });
  });
  return textRows(names, rows, alias);
}

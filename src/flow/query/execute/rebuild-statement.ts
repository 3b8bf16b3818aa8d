import type { Ast, AstNode } from '../gate/ast.ts';
import { isNode, listOf, nodesOf, parseAst, formatAst, textOf } from '../gate/ast.ts';
import { QueryError } from '../errors.ts';
import type { Engine } from './engine.ts';

/**
 * The SQL text of a gated tree, read back and compared, so that what runs is what was decided.
 *
 * @throws {QueryError} QUERY_UNSUPPORTED if DuckDB's text of the tree does not read back as the same tree
 */
export async function rebuildStatement(engine: Engine, ast: string): Promise<string> {
  const sql = await engine.textOf('SELECT json_deserialize_sql($1::JSON)', ast);
  const again = await engine.textOf('SELECT json_serialize_sql($1::VARCHAR)', sql);
  if (comparable(ast) !== comparable(again)) {
    throw new QueryError('QUERY_UNSUPPORTED', 'Cannot run statement: it does not survive being written out', {
      hint: 'put parentheses around joins, or write the unusual part another way',
    });
  }
  return sql;
}

/** The tree without what a text does not keep: positions, and the two spellings of each of a few forms. */
function comparable(ast: string): string {
  return formatAst(sorted(simplify(parseAst(ast))));
}

function simplify(value: Ast): Ast {
  if (Array.isArray(value)) return (value as readonly Ast[]).map((item) => simplify(item));
  if (!isNode(value)) return value;
  const node: AstNode = Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== 'query_location')
      .map(([key, member]) => [key, simplify(member)]),
  );
  return asBoolean(node) ?? asValues(node) ?? node;
}

function sorted(value: Ast): Ast {
  if (Array.isArray(value)) return (value as readonly Ast[]).map((item) => sorted(item));
  if (!isNode(value)) return value;
  const entries = Object.entries(value).map(([key, member]) => [key, sorted(member)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** `true` is written as CAST('t' AS BOOLEAN) or as a constant. */
function asBoolean(node: AstNode): AstNode | null {
  if (node['class'] !== 'CONSTANT' || !isNode(node['value'])) return null;
  const { type, value } = node['value'];
  if (!isNode(type) || type['id'] !== 'BOOLEAN' || typeof value !== 'boolean') return null;
  const child = {
    ...node,
    alias: '',
    value: { type: { ...type, id: 'VARCHAR' }, is_null: false, value: value ? 't' : 'f' },
  };
  return {
    class: 'CAST',
    type: 'OPERATOR_CAST',
    alias: node['alias'] ?? '',
    child,
    cast_type: { id: 'BOOLEAN', type_info: null },
    try_cast: false,
  };
}

/** VALUES gains a SELECT * around it each time that it is written out. */
function asValues(node: AstNode): AstNode | null {
  if (node['type'] !== 'SUBQUERY' || !isNode(node['subquery'] ?? null) || 'class' in node) return null;
  const inner = (node['subquery'] as AstNode)['node'];
  if (!isNode(inner) || inner['type'] !== 'SELECT_NODE') return null;
  const from = inner['from_table'];
  if (!isNode(from) || textOf(from, 'type') !== 'EXPRESSION_LIST' || textOf(node, 'alias') !== 'valueslist')
    return null;
  const [item, ...others] = nodesOf(inner, 'select_list');
  const plain =
    others.length === 0 &&
    item?.['class'] === 'STAR' &&
    inner['where_clause'] === null &&
    listOf(inner, 'modifiers').length === 0 &&
    listOf(node, 'column_name_alias').length === 0;
  return plain ? { ...from, alias: 'valueslist' } : null;
}

import type { Ast, AstNode } from './ast.ts';

/** A reference to a column by its path. */
export function columnRef(path: readonly string[], alias = ''): AstNode {
  return { class: 'COLUMN_REF', type: 'COLUMN_REF', alias, query_location: 0, column_names: path };
}

/** A call of a built-in function. */
export function call(name: string, children: readonly Ast[], alias = ''): AstNode {
  return {
    class: 'FUNCTION',
    type: 'FUNCTION',
    alias,
    query_location: 0,
    function_name: name,
    schema: '',
    children,
    filter: null,
    order_bys: { type: 'ORDER_MODIFIER', orders: [] },
    distinct: false,
    is_operator: false,
    export_state: false,
    catalog: '',
  };
}

/** `a AND b`; where one is absent the other. */
export function both(a: AstNode | null, b: AstNode | null): AstNode | null {
  if (a === null || b === null) return a ?? b;
  return { class: 'CONJUNCTION', type: 'CONJUNCTION_AND', alias: '', query_location: 0, children: [a, b] };
}

/** A string literal. */
export function text(value: string, alias = ''): AstNode {
  return constant('VARCHAR', value, alias);
}

/** A 32-bit integer literal. */
export function integer(value: number, alias = ''): AstNode {
  return constant('INTEGER', value, alias);
}

/** `NULL`. */
export function nothing(): AstNode {
  const literal = { type: { id: 'NULL', type_info: null }, is_null: true };
  return { class: 'CONSTANT', type: 'VALUE_CONSTANT', alias: '', query_location: 0, value: literal };
}

/** `true`, in the form that DuckDB's own text of a statement reads back as. */
export function truth(): AstNode {
  return {
    class: 'CAST',
    type: 'OPERATOR_CAST',
    alias: '',
    query_location: 0,
    child: text('t'),
    cast_type: { id: 'BOOLEAN', type_info: null },
    try_cast: false,
  };
}

function constant(id: string, value: string | number, alias: string): AstNode {
  const literal = { type: { id, type_info: null }, is_null: false, value };
  return { class: 'CONSTANT', type: 'VALUE_CONSTANT', alias, query_location: 0, value: literal };
}

/** `SELECT … FROM … [WHERE …]`. */
export function select(
  list: readonly AstNode[],
  from: AstNode,
  where: AstNode | null,
  modifiers: readonly AstNode[],
): AstNode {
  return {
    type: 'SELECT_NODE',
    modifiers,
    cte_map: { map: [] },
    select_list: list,
    from_table: from,
    where_clause: where,
    group_expressions: [],
    group_sets: [],
    aggregate_handling: 'STANDARD_HANDLING',
    having: null,
    sample: null,
    qualify: null,
  };
}

/** Everything of a FROM item. */
export function star(): AstNode {
  return {
    class: 'STAR',
    type: 'STAR',
    alias: '',
    query_location: 0,
    relation_name: '',
    exclude_list: [],
    replace_list: [],
    columns: false,
    expr: null,
    qualified_exclude_list: [],
    rename_list: [],
  };
}

/** A query in FROM. */
export function subquery(node: AstNode, alias: string, columnNames: readonly Ast[] = [], sample: Ast = null): AstNode {
  return {
    type: 'SUBQUERY',
    alias,
    sample,
    query_location: 0,
    subquery: { node, named_param_map: [] },
    column_name_alias: columnNames,
  };
}

/** A table named with its schema. */
export function baseTable(schema: string, name: string, alias: string): AstNode {
  return {
    type: 'BASE_TABLE',
    alias,
    sample: null,
    query_location: 0,
    schema_name: schema,
    table_name: name,
    column_name_alias: [],
    catalog_name: '',
    at_clause: null,
  };
}

/** `VALUES` with named columns of text; an empty list gives an empty relation with the same columns. */
export function textRows(names: readonly string[], rows: readonly (readonly string[])[], alias: string): AstNode {
  const shown = rows.length > 0 ? rows : [names.map(() => '')];
  const list = {
    type: 'EXPRESSION_LIST',
    alias: 'valueslist',
    sample: null,
    query_location: 0,
    expected_names: [],
    expected_types: [],
    values: shown.map((row) => row.map((value) => text(value))),
  };
  const where = rows.length > 0 ? null : compare('COMPARE_EQUAL', integer(1), integer(0));
  return subquery(select([star()], list, where, []), alias, names);
}

/** `left = right`. */
export function equal(left: AstNode, right: AstNode): AstNode {
  return compare('COMPARE_EQUAL', left, right);
}

/** `left >= right`. */
export function atLeast(left: AstNode, right: AstNode): AstNode {
  return compare('COMPARE_GREATERTHANOREQUALTO', left, right);
}

/** All of these at once. */
export function conjunction(children: readonly AstNode[]): AstNode {
  return { class: 'CONJUNCTION', type: 'CONJUNCTION_AND', alias: '', query_location: 0, children };
}

/** `left SEMI JOIN right ON condition`: rows of `left` that have a match, once each, and nothing of `right`. */
export function semiJoin(left: AstNode, right: AstNode, condition: AstNode): AstNode {
  return {
    type: 'JOIN',
    alias: '',
    sample: null,
    query_location: 0,
    left,
    right,
    condition,
    join_type: 'SEMI',
    ref_type: 'REGULAR',
    using_columns: [],
    delim_flipped: false,
    duplicate_eliminated_columns: [],
  };
}

function compare(type: string, left: AstNode, right: AstNode): AstNode {
  return { class: 'COMPARISON', type, alias: '', query_location: 0, left, right };
}

/** `LIMIT` that cuts nothing: DuckDB moves no condition through it. */
export function barrier(): AstNode {
  const all = { type: { id: 'BIGINT', type_info: null }, is_null: false, value: 9_000_000_000_000_000 };
  const limit = { class: 'CONSTANT', type: 'VALUE_CONSTANT', alias: '', query_location: 0, value: all };
  return { type: 'LIMIT_MODIFIER', limit, offset: null };
}

/** `DESCRIBE` of a query, as a query. */
export function describing(query: AstNode): AstNode {
  const show = {
    type: 'SHOW_REF',
    alias: '',
    sample: null,
    query_location: 0,
    table_name: '',
    query,
    show_type: 'DESCRIBE',
    catalog_name: '',
    schema_name: '',
  };
  return select([star()], show, null, []);
}

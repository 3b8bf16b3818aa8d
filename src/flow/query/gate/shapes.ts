/**
 * What stands under a key of a syntax node.
 *
 * `data` is inert: types, sample sizes, literals, names. Everything else is followed.
 */
export type Slot =
  | 'expr'
  | 'exprs'
  | 'rows'
  | 'ref'
  | 'node'
  | 'query'
  | 'modifiers'
  | 'modifier'
  | 'orders'
  | 'ctes'
  | 'cases'
  | 'replacements'
  | 'pivots'
  | 'entries'
  | 'data'
  | 'none';

export type Shape = Readonly<Record<string, Slot>>;
type Shapes = ReadonlyMap<string, Shape>;

const shapes = (table: Record<string, Shape>): Shapes => new Map(Object.entries(table));

const expr = { class: 'data', type: 'data', alias: 'data', query_location: 'data' } as const;
const ref = { type: 'data', alias: 'data', sample: 'data', query_location: 'data' } as const;

/**
 * Expressions by `class`. A key or class that is not here is refused, so a newer DuckDB that adds one fails closed.
 * Left out on purpose: DEFAULT and whatever only the binder makes (BOUND_*).
 */
export const EXPRESSIONS: Shapes = shapes({
  COLUMN_REF: { ...expr, column_names: 'data' },
  CONSTANT: { ...expr, value: 'data' },
  PARAMETER: { ...expr, identifier: 'data' },
  POSITIONAL_REFERENCE: { ...expr, index: 'data' },
  FUNCTION: {
    ...expr,
    function_name: 'data',
    schema: 'data',
    catalog: 'data',
    children: 'exprs',
    filter: 'expr',
    order_bys: 'modifier',
    distinct: 'data',
    is_operator: 'data',
    export_state: 'data',
  },
  WINDOW: {
    ...expr,
    function_name: 'data',
    schema: 'data',
    catalog: 'data',
    children: 'exprs',
    partitions: 'exprs',
    orders: 'orders',
    start: 'data',
    end: 'data',
    start_expr: 'expr',
    end_expr: 'expr',
    offset_expr: 'expr',
    default_expr: 'expr',
    ignore_nulls: 'data',
    filter_expr: 'expr',
    exclude_clause: 'data',
    distinct: 'data',
    arg_orders: 'orders',
  },
  OPERATOR: { ...expr, children: 'exprs' },
  COMPARISON: { ...expr, left: 'expr', right: 'expr' },
  CONJUNCTION: { ...expr, children: 'exprs' },
  BETWEEN: { ...expr, input: 'expr', lower: 'expr', upper: 'expr' },
  CASE: { ...expr, case_checks: 'cases', else_expr: 'expr' },
  CAST: { ...expr, child: 'expr', cast_type: 'data', try_cast: 'data' },
  COLLATE: { ...expr, child: 'expr', collation: 'data' },
  LAMBDA: { ...expr, lhs: 'expr', expr: 'expr' },
  SUBQUERY: { ...expr, subquery_type: 'data', subquery: 'query', child: 'expr', comparison_type: 'data' },
  STAR: {
    ...expr,
    relation_name: 'data',
    exclude_list: 'data',
    replace_list: 'replacements',
    columns: 'data',
    expr: 'expr',
    qualified_exclude_list: 'data',
    rename_list: 'data',
  },
});

/** What may stand in FROM, by `type`. Left out on purpose: COLUMN_DATA, DELIM_GET, BOUND_TABLE_REF. */
export const TABLE_REFS: Shapes = shapes({
  BASE_TABLE: {
    ...ref,
    schema_name: 'data',
    table_name: 'data',
    column_name_alias: 'data',
    catalog_name: 'data',
    // Time travel (AT) names a snapshot, which governed views do not have.
    at_clause: 'none',
  },
  SUBQUERY: { ...ref, subquery: 'query', column_name_alias: 'data' },
  JOIN: {
    ...ref,
    left: 'ref',
    right: 'ref',
    condition: 'expr',
    join_type: 'data',
    ref_type: 'data',
    using_columns: 'data',
    delim_flipped: 'data',
    duplicate_eliminated_columns: 'exprs',
  },
  TABLE_FUNCTION: { ...ref, function: 'expr', column_name_alias: 'data', with_ordinality: 'data' },
  EXPRESSION_LIST: { ...ref, expected_names: 'data', expected_types: 'data', values: 'rows' },
  EMPTY: ref,
  PIVOT: {
    ...ref,
    source: 'ref',
    aggregates: 'exprs',
    unpivot_names: 'data',
    pivots: 'pivots',
    groups: 'data',
    column_name_alias: 'data',
    include_nulls: 'data',
  },
  SHOW_REF: {
    ...ref,
    table_name: 'data',
    query: 'node',
    show_type: 'data',
    catalog_name: 'data',
    schema_name: 'data',
  },
});

/** Query nodes by `type`. */
export const QUERY_NODES: Shapes = shapes({
  SELECT_NODE: {
    type: 'data',
    modifiers: 'modifiers',
    cte_map: 'ctes',
    select_list: 'exprs',
    from_table: 'ref',
    where_clause: 'expr',
    group_expressions: 'exprs',
    group_sets: 'data',
    aggregate_handling: 'data',
    having: 'expr',
    sample: 'data',
    qualify: 'expr',
  },
  SET_OPERATION_NODE: {
    type: 'data',
    modifiers: 'modifiers',
    cte_map: 'ctes',
    setop_type: 'data',
    left: 'node',
    right: 'node',
    setop_all: 'data',
    children: 'none',
  },
  RECURSIVE_CTE_NODE: {
    type: 'data',
    modifiers: 'modifiers',
    cte_map: 'ctes',
    cte_name: 'data',
    union_all: 'data',
    left: 'node',
    right: 'node',
    aliases: 'data',
    key_targets: 'exprs',
  },
});

/** What follows a query: ORDER BY, LIMIT, DISTINCT. */
export const MODIFIERS: Shapes = shapes({
  ORDER_MODIFIER: { type: 'data', orders: 'orders' },
  LIMIT_MODIFIER: { type: 'data', limit: 'expr', offset: 'expr' },
  LIMIT_PERCENT_MODIFIER: { type: 'data', limit: 'expr', offset: 'expr' },
  DISTINCT_MODIFIER: { type: 'data', distinct_on_targets: 'exprs' },
});

/** Parts that have no kind of their own. */
export const ORDER: Shape = { type: 'data', null_order: 'data', expression: 'expr' };
export const CASE_CHECK: Shape = { when_expr: 'expr', then_expr: 'expr' };
export const REPLACEMENT: Shape = { key: 'data', value: 'expr' };
export const PIVOT_COLUMN: Shape = {
  pivot_expressions: 'exprs',
  unpivot_names: 'data',
  entries: 'entries',
  // A named enumeration of the catalogue: there is none to name.
  pivot_enum: 'none',
};
export const PIVOT_ENTRY: Shape = { values: 'data', star_expr: 'expr', alias: 'data' };
export const CTE: Shape = { aliases: 'data', query: 'query', materialized: 'data', key_targets: 'exprs' };
export const QUERY: Shape = { node: 'node', named_param_map: 'data' };

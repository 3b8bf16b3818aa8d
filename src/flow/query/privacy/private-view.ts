import type { Field, Stream, View } from '#declare/template/index.ts';
import { SYSTEM_COLUMNS } from '#base/core/index.ts';
import type { AstNode } from '../gate/ast.ts';
import { isNode, listOf, nodesOf, textOf, textsOf, walkAst } from '../gate/ast.ts';
import { SQL_TYPES } from '../execute/open-relations.ts';
import { columnRef } from '../gate/build.ts';
import type { GovernedColumn, GovernedRelation, Grants, PrivateColumn, PrivateView, Relations } from '../relations.ts';
import { gridOf, hasGrid } from './private-grid.ts';

/** What the rows that answers are made from are called, and the column that says whose each of them is. */
export const PRIVATE_ROWS = '_private';
export const OWNER_COLUMN = '_owner';

/** The name of a column's values on their grid, beside it. No field and no column of a view begins with `_`. */
export function gridName(column: string): string {
  return `_grid_${column}`;
}

/** Whole numbers by which answers may be grouped, at most. */
const MOST_NUMBERS = 1_024;

/**
 * What a private view rests on: its columns as the stream declares them.
 *
 * A private view is row by row (project and filter): each of its rows is one reading, so that whose it is stays known.
 *
 * @returns in words what keeps it from being one
 */
export function describePrivateView(view: View, stream: Stream, relation: GovernedRelation): PrivateView | string {
  const { privacy } = stream;
  if (privacy === undefined) return `Cannot define private view: ${stream.name} has no privacy budget`;
  const query = relation.definition?.['node'];
  const names = isNode(query) ? projectedColumns(query, stream) : null;
  if (names === null || names.length !== relation.columns.length) {
    return 'Cannot define private view: it selects columns of one stream, with a condition at most';
  }
  if (privacy.renew !== null && !names.includes('received')) {
    return 'Cannot define private view: its budget is renewed, so it shows `received`, by which statements choose a period';
  }
  const own = relation.columns.find(({ name }) => name.startsWith('_'));
  if (own !== undefined)
    return `Cannot define private view: ${own.name} begins with \`_\`, as names that statements over it use do`;
  for (const column of Object.keys(view.keys ?? {})) {
    if (!relation.columns.some(({ name }) => name === column))
      return `Cannot define private view: \`keys\` names ${column}, which it does not show`;
  }
  const columns = relation.columns.map((column, i) => privateColumn(column, names[i] ?? '', view, stream));
  return { name: view.name, stream: stream.name, owner: stream.subject ?? 'device', rules: privacy, columns };
}

/** What a pass over a private view's rows may name. */
export interface PrivateAccess {
  readonly relations: Relations;
  readonly grants: Grants;
  /** Columns of the view whose values are there on their grid too, under `gridName`. */
  readonly onGrid: ReadonlySet<string>;
}

/**
 * The relations that a pass over a private view's rows may name: these rows alone, with their owner. Row filters and masks
 * of the subject hold, those on the stream itself too: what it sees there through a mask or not at all is on no grid, for
 * that would be made of what is hidden.
 */
export function privateAccess(
  relation: GovernedRelation,
  view: PrivateView,
  { relations, grants }: { readonly relations: Relations; readonly grants: Grants },
): PrivateAccess {
  const stream = relations.get(view.stream);
  const grant = grants.get(view.name);
  if (stream === undefined || grant === undefined || relation.definition === null)
    throw new TypeError(`${view.name} was not granted`);
  const owner = stream.columns.find(({ name }) => name === view.owner);
  if (owner === undefined) throw new TypeError(`${view.stream} has no column ${view.owner}`);
  const clear = grant.columns.filter(({ mask }) => mask === null);
  const inClear = (source: string): boolean => {
    const own = grants.get(view.stream);
    const hidden = stream.columns.find(({ name }) => name === source)?.hidden === true;
    return !hidden && (own === undefined || own.columns.some(({ name, mask }) => name === source && mask === null));
  };
  const grids = view.columns.filter(
    ({ name, source, range }) => range !== null && clear.some((column) => column.name === name) && inClear(source),
  );
  const withGrids: GovernedRelation = { ...stream, columns: [...stream.columns, ...gridColumns(grids)] };
  const { private: _, ...plain } = relation;
  const rows: GovernedRelation = {
    ...plain,
    name: PRIVATE_ROWS,
    columns: [
      { ...owner, name: OWNER_COLUMN },
      ...relation.columns,
      ...grids.map((column) => gridColumn(column, gridName(column.name))),
    ],
    definition: withOwner(relation.definition, view, grids),
  };
  const inFull = (names: readonly string[]) => names.map((name) => ({ name, mask: null }));
  const ofStream = grants.get(view.stream) ?? {
    columns: inFull(stream.columns.map(({ name }) => name)),
    rowFilter: null,
  };
  const made = inFull(withGrids.columns.slice(stream.columns.length).map(({ name }) => name));
  const ofRows = [...inFull([OWNER_COLUMN, ...grids.map(({ name }) => gridName(name))]), ...clear];
  return {
    relations: new Map([
      [view.stream, withGrids],
      [PRIVATE_ROWS, rows],
    ]),
    grants: new Map([
      [view.stream, { ...ofStream, columns: [...ofStream.columns, ...made] }],
      [PRIVATE_ROWS, { columns: ofRows, rowFilter: grant.rowFilter }],
    ]),
    onGrid: new Set(grids.map(({ name }) => name)),
  };
}

/** The view's definition with the owner of each row, and with values on their grid, as further columns. */
function withOwner(definition: AstNode, { owner, columns }: PrivateView, grids: readonly PrivateColumn[]): AstNode {
  const query = definition['node'];
  if (!isNode(query)) throw new TypeError('a view that was resolved is no query');
  // By name: a star would have the values on their grid a second time.
  const list = [
    columnRef([owner], OWNER_COLUMN),
    ...columns.map(({ name, source }) => columnRef([source], name)),
    ...grids.map(({ name, source }) => columnRef([gridName(source)], gridName(name))),
  ];
  return { ...definition, node: { ...query, select_list: list } };
}

/** Of a stream the columns on a grid, each once. */
function gridColumns(columns: readonly PrivateColumn[]): readonly GovernedColumn[] {
  const sources = new Map(columns.map((column) => [column.source, column]));
  return [...sources.values()].map((column) => gridColumn(column, gridName(column.source)));
}

function gridColumn(column: PrivateColumn, name: string): GovernedColumn {
  const [low, high] = column.range ?? [0, 0];
  return {
    name,
    sqlType: SQL_TYPES.integer,
    nullable: true,
    class: column.class,
    unit: null,
    description: null,
    grid: { of: column.source, low, high, most: gridOf(column).most },
  };
}

/** The stream's columns that a definition selects, in order; null where it does anything else. */
function projectedColumns(query: AstNode, stream: Stream): readonly string[] | null {
  const from = query['from_table'];
  const all = [...SYSTEM_COLUMNS, ...stream.fields.filter((field) => field.class !== 'secret')].map(({ name }) => name);
  const plain =
    query['type'] === 'SELECT_NODE' &&
    isNode(from) &&
    from['type'] === 'BASE_TABLE' &&
    from['sample'] === null &&
    listOf(from, 'column_name_alias').length === 0 &&
    textOf(from, 'table_name').toLowerCase() === stream.name.toLowerCase() &&
    textOf(query, 'aggregate_handling') === 'STANDARD_HANDLING' &&
    ['having', 'qualify', 'sample'].every((key) => query[key] === null) &&
    ['modifiers', 'group_expressions', 'group_sets'].every((key) => listOf(query, key).length === 0) &&
    isNode(query['cte_map'] ?? null) &&
    listOf(query['cte_map'] as AstNode, 'map').length === 0 &&
    isRowWise(query['where_clause'] ?? null);
  if (!plain) return null;
  const names: string[] = [];
  for (const item of nodesOf(query, 'select_list')) {
    if (item['class'] === 'STAR' && isPlainStar(item)) names.push(...all);
    else if (item['class'] === 'COLUMN_REF') {
      const last = textsOf(item, 'column_names').at(-1)?.toLowerCase();
      const name = all.find((each) => each.toLowerCase() === last);
      if (name === undefined) return null;
      names.push(name);
    } else return null;
  }
  return names;
}

/** A condition that looks at its own row alone. */
function isRowWise(condition: AstNode[string]): boolean {
  let sound = true;
  walkAst(condition, (node) => {
    if (node['class'] === 'SUBQUERY' || node['class'] === 'WINDOW' || node['class'] === 'PARAMETER') sound = false;
    return sound;
  });
  return sound;
}

function isPlainStar(item: AstNode): boolean {
  return (
    item['columns'] === false &&
    item['expr'] === null &&
    ['exclude_list', 'replace_list', 'qualified_exclude_list', 'rename_list'].every(
      (key) => listOf(item, key).length === 0,
    )
  );
}

function privateColumn(
  { name, unit, class: cls }: GovernedColumn,
  source: string,
  view: View,
  stream: Stream,
): PrivateColumn {
  const field = stream.fields.find((each) => each.name === source);
  const type = field?.type ?? SYSTEM_COLUMNS.find((each) => each.name === source)?.type ?? 'text';
  const listed = Object.hasOwn(view.keys ?? {}, name) ? (view.keys?.[name] ?? null) : null;
  const [low, high] = field?.range ?? [null, null];
  const range = low === null || high === null || !hasGrid([low, high]) ? null : ([low, high] as const);
  return {
    name,
    source,
    type,
    range,
    keys: type === 'text' ? (listed ?? field?.enum ?? null) : ownKeys(type, field),
    unit,
    class: cls,
  };
}

function ownKeys(type: PrivateColumn['type'], field: Field | undefined): readonly string[] | null {
  if (type === 'boolean') return ['false', 'true'];
  const [low, high] = field?.range ?? [null, null];
  if (type !== 'integer' || low === null || high === null) return null;
  const [first, last] = [Math.ceil(low), Math.floor(high)];
  if (last - first >= MOST_NUMBERS) return null;
  return Array.from({ length: last - first + 1 }, (_, i) => String(first + i));
}

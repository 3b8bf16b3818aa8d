import type { Field, Stream, View } from '#declare/template/index.ts';
import { SYSTEM_COLUMNS } from '#base/core/index.ts';
import type { AstNode } from '../gate/ast.ts';
import { isNode, listOf, nodesOf, textOf, textsOf, walkAst } from '../gate/ast.ts';
import { columnRef } from '../gate/build.ts';
import type { GovernedColumn, GovernedRelation, Grants, PrivateColumn, PrivateView, Relations } from '../relations.ts';

/** What the rows that answers are made from are called, and the column that says whose each of them is. */
export const PRIVATE_ROWS = '_private';
export const OWNER_COLUMN = '_owner';

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
  for (const column of Object.keys(view.keys ?? {})) {
    if (!relation.columns.some(({ name }) => name === column))
      return `Cannot define private view: \`keys\` names ${column}, which it does not show`;
  }
  const columns = relation.columns.map((column, i) => privateColumn(column, names[i] ?? '', view, stream));
  return { name: view.name, stream: stream.name, owner: stream.subject ?? 'device', rules: privacy, columns };
}

/**
 * The relations that a pass over a private view's rows may name: these rows alone, with their owner. Row filters and masks
 * of the subject hold, those on the stream itself too.
 */
export function privateAccess(
  relation: GovernedRelation,
  view: PrivateView,
  { relations, grants }: { readonly relations: Relations; readonly grants: Grants },
): { readonly relations: Relations; readonly grants: Grants } {
  const stream = relations.get(view.stream);
  const grant = grants.get(view.name);
  if (stream === undefined || grant === undefined || relation.definition === null)
    throw new TypeError(`${view.name} was not granted`);
  const owner = stream.columns.find(({ name }) => name === view.owner);
  if (owner === undefined) throw new TypeError(`${view.stream} has no column ${view.owner}`);
  const { private: _, ...plain } = relation;
  const rows: GovernedRelation = {
    ...plain,
    name: PRIVATE_ROWS,
    columns: [{ ...owner, name: OWNER_COLUMN }, ...relation.columns],
    definition: withOwner(relation.definition, view.owner),
  };
  const clear = grant.columns.filter(({ mask }) => mask === null);
  const whole = { columns: stream.columns.map(({ name }) => ({ name, mask: null })), rowFilter: null };
  return {
    relations: new Map([
      [view.stream, stream],
      [PRIVATE_ROWS, rows],
    ]),
    grants: new Map([
      [view.stream, grants.get(view.stream) ?? whole],
      [PRIVATE_ROWS, { columns: [{ name: OWNER_COLUMN, mask: null }, ...clear], rowFilter: grant.rowFilter }],
    ]),
  };
}

/** The view's definition with the owner of each row as a further column. */
function withOwner(definition: AstNode, owner: string): AstNode {
  const query = definition['node'];
  if (!isNode(query)) throw new TypeError('a view that was resolved is no query');
  const list = [columnRef([owner], OWNER_COLUMN), ...listOf(query, 'select_list')];
  return { ...definition, node: { ...query, select_list: list } };
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
  const range = low === null || high === null || !(low < high) ? null : ([low, high] as const);
  return {
    name,
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

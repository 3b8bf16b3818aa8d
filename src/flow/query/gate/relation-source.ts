import type { GovernedRelation, RelationGrant } from '../relations.ts';
import type { Ast, AstNode } from './ast.ts';
import { listOf, textOf, textsOf, walkAst } from './ast.ts';
import { barrier, baseTable, both, call, columnRef, select, subquery } from './build.ts';
import { isMask, maskExpression, needsSource } from './mask.ts';

/** Schema of the fresh instance that holds the opened relations. The gate lets nobody name a schema. */
export const BASE_SCHEMA = 'weir';
/** What the opened relation is called inside the query that stands for it. */
export const SOURCE = '_r';

/** Order of width, so that counting rows opens the narrowest column. */
const WIDTHS = ['BOOLEAN', 'BIGINT', 'TIMESTAMP WITH TIME ZONE', 'DOUBLE'];

/** How one mention of a relation is replaced. */
export interface RelationSource {
  /** The columns that the query which stands for it shows, each granted. */
  readonly shown: readonly string[];
  /** The columns that must be read for that, row filter included. */
  readonly read: readonly string[];
}

/**
 * Which columns one mention of a relation needs.
 *
 * @param spelled names (lower case) that the statement spells; null where it may take any column
 */
export function planSource(
  relation: GovernedRelation,
  grant: RelationGrant,
  spelled: ReadonlySet<string> | null,
): RelationSource {
  const granted = grant.columns.filter(({ name }) => relation.columns.some((column) => column.name === name));
  let columns = granted.filter(({ name }) => spelled === null || spelled.has(name.toLowerCase()));
  if (columns.length === 0)
    columns = [...granted].sort((a, b) => widthOf(relation, a.name) - widthOf(relation, b.name)).slice(0, 1);
  const read = new Set(columns.filter(({ mask }) => needsSource(mask)).map(({ name }) => name));
  for (const name of filterColumns(relation, grant)) read.add(name);
  // Rows must be counted even where every shown column is masked away.
  if (read.size === 0 && columns[0] !== undefined) read.add(columns[0].name);
  return { shown: columns.map(({ name }) => name), read: [...read] };
}

/**
 * The query that stands for a relation: granted columns, masks and row filter, and nothing else can be named.
 *
 * @param exposed whether `from` leaves out rows, by itself, that the subject may not know of
 */
export function buildSource(
  relation: GovernedRelation,
  grant: RelationGrant,
  source: RelationSource,
  from: AstNode,
  mention: AstNode,
  exposed = false,
): AstNode {
  const masks = new Map(grant.columns.map(({ name, mask }) => [name, mask]));
  const types = new Map(relation.columns.map(({ name, sqlType }) => [name, sqlType]));
  // DuckDB may test a user's condition before ours, and an error in it would tell about rows that are not granted:
  // nothing moves through a LIMIT.
  const filter = filterOf(relation, grant);
  const guarded = filter === null && !exposed ? [] : [barrier()];
  const list = source.shown.map((name) => {
    const shown = maskExpression(SOURCE, name, types.get(name) ?? 'VARCHAR', masks.get(name) ?? null);
    return guarded.length === 0 ? shown : alone(shown, name);
  });
  const alias = textOf(mention, 'alias') || textOf(mention, 'table_name');
  return subquery(
    select(list, from, filter, guarded),
    alias,
    listOf(mention, 'column_name_alias'),
    mention['sample'] ?? null,
  );
}

/**
 * The value without the dictionary that it comes from. DuckDB works a function of one column out over all entries of the
 * column's dictionary, those of rows that were filtered away before included, and a failure would tell of them; what two
 * columns go into is worked out row by row.
 */
function alone(value: AstNode, name: string): AstNode {
  const unnamed = { ...value, alias: '' };
  return call('least', [unnamed, unnamed], name);
}

/** The opened relation itself. */
export function openedRelation(relation: GovernedRelation): AstNode {
  return baseTable(BASE_SCHEMA, relation.name, SOURCE);
}

/** A view's definition in the place of an opened relation. */
export function definedRelation(definition: AstNode): AstNode {
  return subquery(definition, SOURCE);
}

/** What a row must meet to be shown: to this subject, and to anybody. */
export function filterOf(relation: GovernedRelation, grant: RelationGrant): AstNode | null {
  return both(grant.rowFilter, relation.withheld ?? null);
}

/** Columns of the relation that its row filter reads. */
export function filterColumns(relation: GovernedRelation, grant: RelationGrant): readonly string[] {
  const named = new Set<Ast>();
  walkAst(filterOf(relation, grant), (node) => {
    if (node['class'] === 'COLUMN_REF') for (const part of listOf(node, 'column_names')) named.add(lower(part));
  });
  return relation.columns.filter(({ name }) => named.has(name.toLowerCase())).map(({ name }) => name);
}

/** A condition as a filter of rows: its columns are tied to the relation, so that none can mean another one. */
export function bindFilter(relation: GovernedRelation, condition: AstNode): AstNode | null {
  const names = new Map(relation.columns.map(({ name }) => [name.toLowerCase(), name]));
  let sound = true;
  const bind = (value: Ast): Ast => {
    if (Array.isArray(value)) return (value as readonly Ast[]).map((item) => bind(item));
    if (typeof value !== 'object' || value === null || 'rawJSON' in value) return value;
    const node = value as AstNode;
    if (node['class'] === 'COLUMN_REF') {
      const path = textsOf(node, 'column_names');
      const at = path.length > 1 && path[0]?.toLowerCase() === relation.name.toLowerCase() ? 1 : 0;
      const name = names.get(path[at]?.toLowerCase() ?? '');
      if (name === undefined || path.length !== at + 1) sound = false;
      return columnRef([SOURCE, name ?? ''], textOf(node, 'alias'));
    }
    if (node['class'] === 'SUBQUERY' || node['class'] === 'STAR' || node['class'] === 'PARAMETER') sound = false;
    return Object.fromEntries(Object.entries(node).map(([key, member]) => [key, bind(member)]));
  };
  const bound = bind(condition) as AstNode;
  return sound ? bound : null;
}

/** The masks of a grant that cannot be applied; those columns show null. */
export function unknownMasks(grant: RelationGrant): readonly string[] {
  return grant.columns.flatMap(({ mask }) => (mask !== null && !isMask(mask) ? [mask] : []));
}

function widthOf(relation: GovernedRelation, name: string): number {
  const at = WIDTHS.indexOf(relation.columns.find((column) => column.name === name)?.sqlType ?? '');
  return at < 0 ? WIDTHS.length : at;
}

function lower(part: Ast): Ast {
  return typeof part === 'string' ? part.toLowerCase() : part;
}

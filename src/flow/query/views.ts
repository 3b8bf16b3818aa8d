import { bytes, decodeUtf8, hasCode, seconds, stricterClass, SYSTEM_COLUMNS } from '#base/core/index.ts';
import type { ColumnShape, Class } from '#base/core/index.ts';
import { tokenSight } from '#declare/template/index.ts';
import type { Field, Template, View } from '#declare/template/index.ts';
import { planConsentList } from './execute/consent-list.ts';
import { SQL_TYPES } from './execute/open-relations.ts';
import type { ParseOutcome } from './execute/parse-statement.ts';
import type { QueryPlan } from './execute/plan.ts';
import type { ResultFormat } from './formats/result-format.ts';
import { formatAst, isNode, nodesOf, parseAst } from './gate/ast.ts';
import { describing } from './gate/build.ts';
import { gateStatement } from './gate/gate-statement.ts';
import { isAggregate } from './gate/is-aggregate.ts';
import { traceLineage } from './gate/lineage.ts';
import { isDigest, maskedType } from './gate/mask.ts';
import { describePrivateView } from './privacy/private-view.ts';
import type { GovernedColumn, GovernedRelation, Grants, Relations } from './relations.ts';

/** What resolving a template's views needs of a query process; no keys and no rows are involved. */
export interface ViewResolver {
  parse(sql: string): Promise<ParseOutcome>;
  /** Runs a plan and gives the bytes of its result. */
  run(plan: QueryPlan, format: ResultFormat): Promise<Uint8Array>;
}

/** A declared view that cannot be answered, and why. */
export interface ViewProblem {
  readonly view: string;
  readonly message: string;
}

/**
 * All that statements may name under a template: streams, reference tables, the platform's own relations, and the
 * declared views with the columns, types, classes and units that their definitions give.
 *
 * A view that does not parse, reaches beyond its `from`, or has one column name twice is left out and told of.
 *
 * @param system relations of the platform itself, whose rows whoever runs a statement holds in memory
 */
export async function resolveRelations(
  template: Template,
  system: readonly GovernedRelation[],
  resolver: ViewResolver,
): Promise<{ readonly relations: Relations; readonly problems: readonly ViewProblem[] }> {
  const relations = new Map<string, GovernedRelation>();
  for (const stream of template.streams.values()) {
    const columns = [...SYSTEM_COLUMNS.map((each) => systemColumn(each)), ...fieldColumns(stream.fields)];
    const relation = base(stream.name, 'stream', stream.description, stream.purposes, columns);
    // Without a subject nobody can have consented, which the checks of templates rule out.
    const consent = stream.basis === 'consent' ? { consent: stream.subject ?? '' } : {};
    relations.set(stream.name, { ...relation, ...consent });
  }
  for (const table of template.tables.values()) {
    const columns = fieldColumns(table.fields);
    relations.set(table.name, base(table.name, 'table', table.description, table.purposes, columns));
  }
  for (const relation of system) relations.set(relation.name, relation);
  const problems: ViewProblem[] = [];
  for (const view of inOrder(template)) {
    const resolved = await resolveView(view, relations, resolver);
    const answered = 'message' in resolved ? resolved : asPrivate(view, resolved, template);
    if ('message' in answered) problems.push(answered);
    else relations.set(view.name, answered);
  }
  return { relations, problems };
}

/** A view that is declared private with what its answers rest on, or why it cannot be. */
function asPrivate(view: View, relation: GovernedRelation, template: Template): GovernedRelation | ViewProblem {
  if (view.private !== true) return relation;
  const stream = template.streams.get(view.from[0] ?? '');
  if (stream === undefined)
    return { view: view.name, message: 'Cannot define private view: it is made from no stream' };
  const described = describePrivateView(view, stream, relation);
  return typeof described === 'string' ? { view: view.name, message: described } : { ...relation, private: described };
}

/** The shapes of a relation's columns as rows of it are stored or held in memory; views have none of their own. */
export function shapesOf(relation: GovernedRelation): readonly ColumnShape[] {
  return relation.columns.map(({ name, sqlType, nullable }) => {
    const type = (['number', 'integer', 'boolean', 'text', 'time'] as const).find(
      (each) => SQL_TYPES[each] === sqlType,
    );
    if (type === undefined) throw new TypeError(`column ${name} of ${relation.name} has a type of its own`);
    return { name, type, nullable };
  });
}

/** What one subject is told of a view. */
export interface ViewDescription {
  readonly name: string;
  readonly kind: GovernedRelation['kind'];
  readonly description: string | null;
  readonly purposes: readonly string[];
  /** Whether only some rows are the subject's. */
  readonly rowsFiltered: boolean;
  readonly columns: readonly {
    readonly name: string;
    readonly type: string;
    readonly nullable: boolean;
    readonly unit: string | null;
    readonly class: Class;
    readonly mask: string | null;
    readonly description: string | null;
  }[];
}

/** The views that exist for a subject, by name, with the columns that it sees. */
export function describeViews(relations: Relations, grants: Grants): readonly ViewDescription[] {
  const views: ViewDescription[] = [];
  for (const relation of relations.values()) {
    const grant = grants.get(relation.name);
    const masks = new Map(grant?.columns.map(({ name, mask }) => [name, mask]));
    const columns = relation.columns
      .filter(({ name }) => masks.has(name))
      .map(({ name, sqlType, nullable, unit, class: cls, description }) => {
        const mask = masks.get(name) ?? null;
        const shownUnit = isDigest(mask) ? null : unit;
        return {
          name,
          type: maskedType(sqlType, mask),
          nullable: nullable || mask === 'null',
          unit: shownUnit,
          class: cls,
          mask,
          description,
        };
      });
    if (grant === undefined || columns.length === 0) continue;
    const { name, kind, description, purposes } = relation;
    views.push({ name, kind, description, purposes, rowsFiltered: grant.rowFilter !== null, columns });
  }
  return views.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function resolveView(
  view: View,
  relations: ReadonlyMap<string, GovernedRelation>,
  resolver: ViewResolver,
): Promise<GovernedRelation | ViewProblem> {
  const problem = (message: string): ViewProblem => ({ view: view.name, message });
  const parsed = await resolver.parse(view.sql);
  if (parsed.outcome !== 'parsed') return problem(parsed.message);
  const sources = new Map([...relations].filter(([name]) => view.from.includes(name)));
  const everything = new Map([...sources].map(([name, relation]) => [name, grantWhole(relation)]));
  const gated = gateStatement(parsed.ast, { relations, grants: everything });
  if (gated.outcome === 'refused') return problem(gated.message);
  if (gated.parameters.length > 0) return problem('Cannot define view: it has parameters');
  const root = parseAst(parsed.ast);
  const definition = isNode(root) ? nodesOf(root, 'statements')[0] : undefined;
  const query = definition?.['node'];
  if (definition === undefined || !isNode(query)) return problem('Cannot define view: it is not a query');
  const described = await describeResult(gated.ast, gated.reads, relations, resolver).catch(problemOf);
  if (typeof described === 'string') return problem(described);
  if (new Set(described.map(({ name }) => name.toLowerCase())).size < described.length) {
    return problem('Cannot define view: two of its columns have one name');
  }
  const lineage = traceLineage(query, sources);
  const known = lineage.columns?.length === described.length ? lineage.columns : null;
  const sight = traceLineage(query, asSeen(sources));
  const seen = sight.columns?.length === described.length ? sight.columns : null;
  const columns = described.map(({ name, type }, i): GovernedColumn => ({
    name,
    sqlType: type,
    nullable: true,
    class: known?.[i]?.class ?? lineage.strictest,
    seenAs: seen?.[i]?.class ?? sight.strictest,
    unit: known?.[i]?.unit ?? null,
    description: null,
  }));
  if (view.crosses === true && view.private !== true && !isAggregate(query)) {
    return problem('Cannot let view out of its region: not every row of it sums up a group of readings');
  }
  const declared = declassified(view, columns);
  if (typeof declared === 'string') return problem(declared);
  const { name, description, purposes, from } = view;
  return { name, kind: 'view', description, purposes, columns: declared, from, definition };
}

/** The columns under the milder classes that rules of the view give them, or why a rule does not fit. */
function declassified(
  { declassify = [] }: View,
  columns: readonly GovernedColumn[],
): readonly GovernedColumn[] | string {
  const milder = new Map<string, Class>();
  for (const { rule, columns: named, to } of declassify) {
    for (const name of named) {
      const column = columns.find((each) => each.name === name);
      if (column === undefined) return `Cannot declassify by ${rule}: the view has no column ${name}`;
      if (column.class === to || stricterClass(column.class, to) === to) {
        return `Cannot declassify by ${rule}: ${name} is ${column.class}, which is no stricter than ${to}`;
      }
      milder.set(name, to);
    }
  }
  return columns.map((column) => {
    const to = milder.get(column.name);
    if (to === undefined) return column;
    const seenAs = column.seenAs ?? column.class;
    return { ...column, class: to, seenAs: stricterClass(seenAs, to) === seenAs ? to : seenAs };
  });
}

/** Relations with each column under the class that it takes to see it. */
function asSeen(relations: Relations): Relations {
  return new Map(
    [...relations].map(([name, relation]) => {
      const columns = relation.columns.map((column) => ({ ...column, class: column.seenAs ?? column.class }));
      return [name, { ...relation, columns }];
    }),
  );
}

/** What the engine has against a definition, in its own words; whoever declares a view may read them. */
function problemOf(error: unknown): string {
  if (!hasCode(error, 'QUERY_FAILED')) throw error;
  const { message, detail } = error as Error & { readonly detail?: string };
  return detail ?? message;
}

/** Names and types of the columns of a gated statement, by running it over no rows. */
async function describeResult(
  ast: string,
  reads: readonly { readonly relation: string; readonly columns: readonly string[] }[],
  relations: ReadonlyMap<string, GovernedRelation>,
  resolver: ViewResolver,
): Promise<readonly { readonly name: string; readonly type: string }[]> {
  const plan: QueryPlan = {
    ast: describeAst(ast),
    explain: false,
    relations: reads.flatMap(({ relation, columns }) => {
      const governed = relations.get(relation) as GovernedRelation;
      const shapes = shapesOf(governed).filter(({ name }) => columns.includes(name));
      const planned = { name: relation, columns: shapes, segments: [], tail: [] };
      return governed.consent === undefined ? [planned] : [planned, planConsentList(relation, null)];
    }),
    parameters: [],
    limits: { time: seconds(10), memory: bytes(256 * 1_048_576), rows: 10_000, threads: 1 },
    maskKey: new Uint8Array(32),
    columnNotes: [],
    notes: { purpose: null },
  };
  const result = JSON.parse(decodeUtf8(await resolver.run(plan, 'json'))) as {
    rows: readonly { column_name: string; column_type: string }[];
  };
  return result.rows.map((row) => ({ name: row.column_name, type: row.column_type }));
}

/** `DESCRIBE` of a gated statement. */
function describeAst(ast: string): string {
  const root = parseAst(ast);
  const node = isNode(root) ? nodesOf(root, 'statements')[0]?.['node'] : undefined;
  if (!isNode(node)) throw new TypeError('a gated statement is no query');
  return formatAst({ error: false, statements: [{ node: describing(node), named_param_map: [] }] });
}

function base(
  name: string,
  kind: GovernedRelation['kind'],
  description: string | null,
  purposes: readonly string[],
  columns: readonly GovernedColumn[],
): GovernedRelation {
  return { name, kind, description, purposes, columns, from: [], definition: null };
}

function systemColumn(column: ColumnShape & { readonly description: string }): GovernedColumn {
  const { name, type, nullable, description } = column;
  return { name, sqlType: SQL_TYPES[type], nullable, class: 'operational', unit: null, description };
}

/** Secrets are never stored, so there is no such column. */
function fieldColumns(fields: readonly Field[]): readonly GovernedColumn[] {
  return fields
    .filter((field) => field.class !== 'secret')
    .map(({ name, type, nullable, class: cls, unit, description, withheld, purposes }) => ({
      name,
      sqlType: SQL_TYPES[type],
      // Rows of now lack what is withheld.
      nullable: nullable || withheld === true,
      class: cls,
      ...tokenSight(cls),
      unit,
      description,
      ...(purposes === undefined ? {} : { purposes }),
    }));
}

function grantWhole(relation: GovernedRelation) {
  return { columns: relation.columns.map(({ name }) => ({ name, mask: null })), rowFilter: null };
}

/** Views after those that they are made from; one that is made from itself stays out, and its resolution tells why. */
function inOrder(template: Template): readonly View[] {
  const ordered: View[] = [];
  const seen = new Set<string>();
  const visit = (name: string): void => {
    const view = template.views.get(name);
    if (view === undefined || seen.has(name)) return;
    seen.add(name);
    for (const source of view.from) visit(source);
    ordered.push(view);
  };
  for (const name of template.views.keys()) visit(name);
  return ordered;
}

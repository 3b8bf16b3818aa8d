import type { Parameters } from './execute/plan.ts';
import { privateViewOf, readPrivateStatement } from './privacy/private-statement.ts';
import type { PrivateStatement } from './privacy/private-statement.ts';
import type { ColumnNotes } from './execute/result.ts';
import type { ParseOutcome } from './execute/parse-statement.ts';
import type { QueryErrorCode } from './errors.ts';
import { isNode, nodesOf, parseAst } from './gate/ast.ts';
import type { AstNode } from './gate/ast.ts';
import { gateStatement, refuse } from './gate/gate-statement.ts';
import type { GatedStatement } from './gate/gate-statement.ts';
import { traceLineage } from './gate/lineage.ts';
import { isDigest } from './gate/mask.ts';
import { bindFilter } from './gate/relation-source.ts';
import type { GovernedRelation, Grants, RelationGrant, Relations } from './relations.ts';

/** A statement that may run. */
export interface PreparedStatement extends GatedStatement {
  /** Answer how it would run instead of running it. */
  readonly explain: boolean;
  /** The statement's own tree and its text with marked literals, for `normaliseStatement`. */
  readonly source: { readonly ast: string; readonly shape: string };
  /** Class and unit of the result's columns by position; empty where their number shows at run time only. */
  readonly columnNotes: readonly ColumnNotes[];
}

/** A statement that may not run, or is none. */
export interface RejectedStatement {
  readonly outcome: 'rejected';
  readonly code: QueryErrorCode;
  readonly message: string;
  /** What was refused, for the log; null where the text could not be read. */
  readonly what: string | null;
  readonly hint: string | null;
  readonly line: number | null;
  readonly column: number | null;
  /** The tree and its text with marked literals, where there is one. */
  readonly source: { readonly ast: string; readonly shape: string } | null;
}

/** Parses a statement's text and decides about it: the whole way from what a caller sent to what may run. */
export async function prepareStatement(
  sql: string,
  access: { readonly relations: Relations; readonly grants: Grants },
  parse: (sql: string) => Promise<ParseOutcome>,
  parameters: Parameters = [],
): Promise<PreparedStatement | PreparedPrivately | RejectedStatement> {
  const { explain, statement, refused } = cutExplain(sql);
  if (refused)
    return reject(
      refuse('EXPLAIN', 'EXPLAIN takes no options', 'write EXPLAIN SELECT …; each answer tells its time and bytes'),
    );
  const parsed = await parse(statement);
  if (parsed.outcome === 'invalid') {
    const { code, message, line, column, hint } = parsed;
    return { outcome: 'rejected', code, message, what: null, hint, line, column, source: null };
  }
  const source = { ast: parsed.ast, shape: parsed.shape };
  const asked = privateViewOf(parsed.ast, access.relations, access.grants);
  if (asked?.private !== undefined && !explain) {
    const grant = access.grants.get(asked.name);
    const clear = new Set(grant?.columns.flatMap(({ name, mask }) => (mask === null ? [name] : [])));
    const read = readPrivateStatement(parsed.ast, asked.private, clear, parameters);
    if ('outcome' in read) return { ...reject(read), source };
    return { outcome: 'private', view: asked.name, statement: read, source };
  }
  const gated = gateStatement(parsed.ast, { ...access, withoutFilters: explain });
  if (gated.outcome === 'refused') return { ...reject(gated), source };
  return { ...gated, explain, source, columnNotes: explain ? [] : notesOf(parsed.ast, access) };
}

/** A statement that a private view answers by itself, with noise. */
export interface PreparedPrivately {
  readonly outcome: 'private';
  readonly view: string;
  readonly statement: PrivateStatement;
  readonly source: { readonly ast: string; readonly shape: string };
}

/** A decision about a relation as the policy states it: visible columns, and a condition in SQL that rows must meet. */
export interface RelationDecision {
  readonly columns: RelationGrant['columns'];
  readonly rowFilter: string | null;
}

/**
 * A decision in the form that the gate takes.
 *
 * @param parseCondition the tree of a condition, or null where the text is none
 * @returns null where the row filter cannot be applied as it stands: then nothing of the relation may be shown
 */
export async function grantOf(
  relation: GovernedRelation,
  decision: RelationDecision,
  parseCondition: (condition: string) => Promise<AstNode | null>,
): Promise<RelationGrant | null> {
  const hidden = new Set(relation.columns.flatMap((column) => (column.hidden === true ? [column.name] : [])));
  const columns = decision.columns
    .filter(({ name }) => relation.columns.some((column) => column.name === name))
    .map((column) => (hidden.has(column.name) ? { ...column, mask: 'null' } : column));
  if (decision.rowFilter === null) return { columns, rowFilter: null };
  const condition = await parseCondition(decision.rowFilter);
  const rowFilter = condition === null ? null : bindFilter(relation, condition);
  return rowFilter === null ? null : { columns, rowFilter };
}

/** EXPLAIN is no query to the parser; white space and comments may come before it. */
function cutExplain(sql: string): { explain: boolean; statement: string; refused: boolean } {
  const lead = /^(?:\s+|--[^\n]*\n|\/\*(?:[^*]|\*(?!\/))*\*\/)*/.exec(sql)?.[0].length ?? 0;
  const rest = sql.slice(lead);
  const word = /^explain\b/i.exec(rest);
  if (word === null) return { explain: false, statement: sql, refused: false };
  // Spaces in its place keep the lines and columns of messages.
  const statement = sql.slice(0, lead) + ' '.repeat(word[0].length) + rest.slice(word[0].length);
  return { explain: true, statement, refused: /^explain\s*(?:\(|analy[sz]e\b)/i.test(rest) };
}

function notesOf(ast: string, { relations, grants }: { relations: Relations; grants: Grants }): readonly ColumnNotes[] {
  const root = parseAst(ast);
  const query = isNode(root) ? nodesOf(root, 'statements')[0]?.['node'] : undefined;
  if (!isNode(query)) return [];
  // A star gives the granted columns alone.
  const seen = new Map<string, GovernedRelation>();
  for (const [name, relation] of relations) {
    const masks = new Map(grants.get(name)?.columns.map((column) => [column.name, column.mask]));
    const columns = relation.columns
      .filter((column) => masks.has(column.name))
      .map((column) => (isDigest(masks.get(column.name) ?? null) ? { ...column, unit: null } : column));
    if (columns.length > 0) seen.set(name, { ...relation, columns });
  }
  return traceLineage(query, seen).columns?.map(({ class: cls, unit }) => ({ class: cls, unit })) ?? [];
}

function reject(refused: {
  code: QueryErrorCode;
  message: string;
  what: string;
  hint: string | null;
}): RejectedStatement {
  const { code, message, what, hint } = refused;
  return { outcome: 'rejected', code, message, what, hint, line: null, column: null, source: null };
}

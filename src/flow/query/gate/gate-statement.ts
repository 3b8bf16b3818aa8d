import type { QueryErrorCode } from '../errors.ts';
import type { Grants, Relations } from '../relations.ts';
import type { AstNode } from './ast.ts';
import { formatAst, isNode, nodesOf, parseAst } from './ast.ts';
import { collectMentions } from './mentions.ts';
import { Refusal } from './refusal.ts';
import { Rewriter } from './rewriter.ts';
import { isAll, timeSpans } from './time-spans.ts';
import type { TimeSpan } from './time-spans.ts';
import { refuseUndeclaredFailures } from './undeclared-failures.ts';

/** A statement rebuilt out of allowed parts, and what it reads. */
export interface GatedStatement {
  readonly outcome: 'ready';
  /** Serialised syntax tree that reads relations of the schema `weir` only. */
  readonly ast: string;
  /** Relations and, of each, the columns that must be opened; never one that is neither granted nor filtered by. */
  readonly reads: readonly {
    readonly relation: string;
    readonly columns: readonly string[];
    /** Times of the rows that can show in its answer, one span for each mention; absent where it cannot be told. */
    readonly spans?: readonly TimeSpan[];
  }[];
  /** Identifiers of its bound parameters, in no order. */
  readonly parameters: readonly string[];
  /** Whether an error while it runs may be about rows or values that the subject does not see. */
  readonly veiled: boolean;
}

/** A statement that does not pass, and why in words that its author may read. */
export interface RefusedStatement {
  readonly outcome: 'refused';
  readonly code: QueryErrorCode;
  readonly message: string;
  /** What was refused, such as `function read_text`; for the log. */
  readonly what: string;
  readonly hint: string | null;
}

export interface GateOptions {
  readonly relations: Relations;
  /** What the subject may have of each; a relation that is not here does not exist for it. */
  readonly grants: Grants;
  /** For EXPLAIN: rows are not read; neither row filters are shown nor views of what the subject does not see. */
  readonly withoutFilters?: boolean;
}

/**
 * Decides whether a statement may run, and rebuilds it so that it reaches granted columns and rows alone.
 *
 * Pure: the tree goes in, a new tree or a refusal comes out. What is not known is refused.
 *
 * @param serialised what DuckDB's `json_serialize_sql` made of the statement
 */
export function gateStatement(serialised: string, options: GateOptions): GatedStatement | RefusedStatement {
  // Untrusted: the tree is made by a process that reads hostile text; nothing of it is used before its shape is known.
  try {
    const query = onlyQuery(serialised);
    const used = new Map<string, Set<string>>();
    const grants = options.withoutFilters === true ? unfiltered(options.grants) : options.grants;
    const explains = options.withoutFilters === true;
    const relations = explains ? unwithheld(options.relations) : options.relations;
    const rewriter = new Rewriter(relations, grants, collectMentions(query), used, [], grants, explains);
    const node = rewriter.rewrite(query['node'] as AstNode, true);
    if (rewriter.veiled) refuseUndeclaredFailures(query);
    const spans = timeSpans(node);
    const statements = [{ node, named_param_map: query['named_param_map'] ?? [] }];
    return {
      outcome: 'ready',
      ast: formatAst({ error: false, statements }),
      reads: [...used].map(([relation, columns]) => {
        const read = spans.get(relation);
        return { relation, columns: [...columns], ...(read === undefined || isAll(read) ? {} : { spans: read }) };
      }),
      parameters: [...rewriter.parameters],
      veiled: rewriter.veiled,
    };
  } catch (error) {
    if (error instanceof Refusal) return refuse(error.what, error.message, error.hint);
    throw error;
  }
}

/** A refusal of the one kind that all attempts beyond one's views get. */
export function refuse(what: string, why: string, hint?: string): RefusedStatement {
  return {
    outcome: 'refused',
    code: 'QUERY_REFUSED',
    message: `Cannot run statement: ${why}`,
    what,
    hint: hint ?? null,
  };
}

function onlyQuery(serialised: string): AstNode {
  const root = parseAst(serialised);
  if (!isNode(root) || root['error'] !== false) throw new Refusal('statement', 'it is not a query');
  const statements = nodesOf(root, 'statements');
  if (statements.length !== 1 || statements[0] === undefined) {
    throw new Refusal('several statements', `it holds ${statements.length} statements`, 'send one at a time');
  }
  const query = statements[0];
  if (!isNode(query['node']) || Object.keys(query).some((key) => key !== 'node' && key !== 'named_param_map')) {
    throw new Refusal('statement', 'it is not a query');
  }
  return query;
}

function unwithheld(relations: Relations): Relations {
  return new Map(
    [...relations].map(([name, relation]) => {
      const { withheld, ...shown } = relation;
      return [name, withheld === undefined ? relation : shown];
    }),
  );
}

function unfiltered(grants: Grants): Grants {
  return new Map([...grants].map(([name, grant]) => [name, { ...grant, rowFilter: null }]));
}

import type { Ast, AstNode } from './ast.ts';
import { isNode, listOf, textOf, walkAst } from './ast.ts';

/** Members whose texts are DuckDB's own words, never a column of the user's. */
const VOCABULARY = new Set([
  'class',
  'type',
  'id',
  'function_name',
  'null_order',
  'join_type',
  'ref_type',
  'setop_type',
  'aggregate_handling',
  'materialized',
  'subquery_type',
  'comparison_type',
  'with_ordinality',
  'exclude_clause',
  'show_type',
  'start',
  'end',
]);

/** Which names a statement spells, in lower case. */
export interface Mentions {
  /** Every text of the statement: identifiers, aliases, literals. A column not among them is not named by it. */
  readonly spelled: ReadonlySet<string>;
  /** Last parts of column references and relations of stars: a table alias among them is read as a whole row. */
  readonly rowReferences: ReadonlySet<string>;
}

/**
 * Collects the names that a statement spells. More than needed is harmless (a column too many is opened), fewer would
 * be an error, so literals count too.
 */
export function collectMentions(ast: Ast, further: Iterable<string> = []): Mentions {
  const spelled = new Set<string>();
  const rowReferences = new Set<string>();
  for (const name of further) spelled.add(name.toLowerCase());
  collectTexts(ast, spelled);
  walkAst(ast, (node) => {
    if (node['class'] === 'COLUMN_REF') {
      const last = listOf(node, 'column_names').at(-1);
      if (typeof last === 'string') rowReferences.add(last.toLowerCase());
    } else if (node['class'] === 'STAR' && textOf(node, 'relation_name') !== '') {
      rowReferences.add(textOf(node, 'relation_name').toLowerCase());
    }
  });
  return { spelled, rowReferences };
}

function collectTexts(value: Ast, into: Set<string>): void {
  if (typeof value === 'string') into.add(value.toLowerCase());
  else if (Array.isArray(value)) for (const item of value as readonly Ast[]) collectTexts(item, into);
  else if (isNode(value)) {
    for (const [key, member] of Object.entries(value)) if (!VOCABULARY.has(key)) collectTexts(member, into);
  }
}

/** Tells whether every column of what stands in FROM may reach the result of this SELECT without being named. */
export function takesAllColumns(node: AstNode, resultIsAllTaken: boolean): boolean {
  const list = listOf(node, 'select_list');
  const plainStar = list.some((item) => isNode(item) && isPlainStar(item));
  if (plainStar && (resultIsAllTaken || groupsOrDeduplicates(node))) return true;
  const rest: Ast[] = list.filter((item) => !(isNode(item) && isPlainStar(item)));
  for (const key of ['where_clause', 'group_expressions', 'having', 'qualify', 'modifiers'])
    rest.push(node[key] ?? null);
  for (const item of list) if (isNode(item) && isPlainStar(item)) rest.push(item['replace_list'] ?? null);
  return rest.some((item) => hasWildcard(item)) || joinsWildly(node['from_table'] ?? null);
}

function isPlainStar(item: AstNode): boolean {
  return item['class'] === 'STAR' && item['columns'] === false && item['expr'] === null;
}

function groupsOrDeduplicates(node: AstNode): boolean {
  return (
    listOf(node, 'group_expressions').length > 0 ||
    textOf(node, 'aggregate_handling') !== 'STANDARD_HANDLING' ||
    listOf(node, 'modifiers').some((m) => isNode(m) && m['type'] === 'DISTINCT_MODIFIER')
  );
}

/** A star or a reference by position, outside of nested queries, which have a FROM of their own. */
function hasWildcard(value: Ast): boolean {
  let found = false;
  walkAst(value, (node) => {
    if (node['class'] === 'STAR' || node['class'] === 'POSITIONAL_REFERENCE') found = true;
    return !found && !(node['class'] === 'SUBQUERY' && 'subquery_type' in node);
  });
  return found;
}

/** A natural join compares all columns that two sides share; a join condition may hold a wildcard. */
function joinsWildly(ref: Ast): boolean {
  if (!isNode(ref) || ref['type'] !== 'JOIN') return false;
  if (ref['ref_type'] === 'NATURAL' || hasWildcard(ref['condition'] ?? null)) return true;
  return joinsWildly(ref['left'] ?? null) || joinsWildly(ref['right'] ?? null);
}

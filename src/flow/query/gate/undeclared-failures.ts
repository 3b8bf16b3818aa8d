import type { Ast } from './ast.ts';
import { textOf, walkAst } from './ast.ts';
import { Refusal } from './refusal.ts';

/**
 * Functions that fail for some values although DuckDB takes them for ones that cannot fail. It works such functions
 * out over all entries of a column's dictionary, those of rows that were filtered away before included: the failure
 * would tell of them.
 */
const UNDECLARED: ReadonlySet<string> = new Set(['chr', 'to_base', 'list_reduce', 'array_reduce', 'reduce']);

/**
 * Refuses these functions in a statement over rows that are not all its author's.
 *
 * @throws {Refusal} naming the function
 */
export function refuseUndeclaredFailures(query: Ast): void {
  walkAst(query, (node) => {
    const name = textOf(node, 'function_name').toLowerCase();
    if (!UNDECLARED.has(name)) return;
    throw new Refusal(`function ${name}`, `${name}() is not there for views of which you see a part`);
  });
}

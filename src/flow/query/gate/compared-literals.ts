import type { Parameters } from '../execute/plan.ts';
import { constantOf } from '../privacy/private-predicate.ts';
import type { Ast, AstNode } from './ast.ts';
import { isNode, listOf, nodesOf, parseAst, walkAst } from './ast.ts';

/** A value that a statement wants a column to have. */
export interface ComparedLiteral {
  /** The last part of the column's name, as the statement spells it. */
  readonly column: string;
  readonly value: string | number | boolean;
}

/**
 * The values that a statement compares columns with for equality, written out or as parameters: `=`, and `IN` a list.
 *
 * @param serialised the statement's own tree
 */
export function comparedLiterals(serialised: string, parameters: Parameters): readonly ComparedLiteral[] {
  const found: ComparedLiteral[] = [];
  const note = (side: Ast | undefined, other: Ast | undefined): void => {
    const column = columnOf(side);
    const value = column === null ? null : valueOf(other, parameters);
    if (column !== null && value !== null) found.push({ column, value });
  };
  walkAst(parseAst(serialised), (node) => {
    if (node['type'] === 'COMPARE_EQUAL') {
      note(node['left'], node['right']);
      note(node['right'], node['left']);
    } else if (node['type'] === 'COMPARE_IN') {
      const [first, ...values] = nodesOf(node, 'children');
      for (const value of values) note(first, value);
    }
  });
  return found;
}

function columnOf(side: Ast | undefined): string | null {
  if (!isNode(side) || side['class'] !== 'COLUMN_REF') return null;
  const last = listOf(side, 'column_names').at(-1);
  return typeof last === 'string' ? last : null;
}

/** Null for what is no value, or none that is known here. */
function valueOf(side: Ast | undefined, parameters: Parameters): ComparedLiteral['value'] | null {
  if (!isNode(side) || !isValue(side)) return null;
  try {
    return constantOf(side, parameters);
  } catch {
    return null;
  }
}

function isValue({ class: kind }: AstNode): boolean {
  return kind === 'CONSTANT' || kind === 'PARAMETER';
}

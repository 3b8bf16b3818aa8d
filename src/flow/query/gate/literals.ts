import { hmacSha256 } from '#base/crypto/index.ts';
import { encodeUtf8 } from '#base/core/index.ts';
import type { Ast, AstNode } from './ast.ts';
import { formatAst, isNode, parseAst } from './ast.ts';

const MARK = /'§(\d+)§'/g;

/** The literals of a tree in order, each as the JSON of its type and value. */
function literalsOf(ast: Ast): string[] {
  const literals: string[] = [];
  replaceLiterals(ast, (literal) => {
    literals.push(formatAst(literal));
    return literal;
  });
  return literals;
}

/** The tree with each literal replaced by a text that carries its number, from zero. */
export function markLiterals(ast: Ast): Ast {
  let count = 0;
  return replaceLiterals(ast, () => {
    const value = `§${count}§`;
    count += 1;
    return { type: { id: 'VARCHAR', type_info: null }, is_null: false, value };
  });
}

/**
 * The normal form of a statement for the log: as DuckDB writes it, each literal as a keyed digest, so that equal
 * literals look equal and none can be read or guessed without the key.
 *
 * @param shape the statement with marked literals, as the parser gives it
 * @param key at least 16 bytes, known to the log's keeper alone
 */
export function normaliseStatement(serialised: string, shape: string, key: Uint8Array): string {
  const digests = literalsOf(parseAst(serialised)).map((literal) =>
    hmacSha256(key, encodeUtf8(literal)).toHex().slice(0, 16),
  );
  return shape.replaceAll(MARK, (_, number: string) => `#${digests[Number(number)] ?? 'unknown'}`);
}

/** A literal is an object of type, nullness and value, wherever it stands: constants, pivot values, type parameters. */
function isLiteral(node: AstNode): boolean {
  return isNode(node['type']) && 'id' in node['type'] && node['is_null'] === false && 'value' in node;
}

function replaceLiterals(ast: Ast, replace: (literal: AstNode) => Ast): Ast {
  if (Array.isArray(ast)) return (ast as readonly Ast[]).map((item) => replaceLiterals(item, replace));
  if (!isNode(ast)) return ast;
  if (isLiteral(ast)) return replace(ast);
  return Object.fromEntries(
    Object.entries(ast).map(([key, value]) => [key, key === 'sample' ? value : replaceLiterals(value, replace)]),
  );
}

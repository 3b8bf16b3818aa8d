import { QueryError } from '../errors.ts';

/** A number whose JSON text a double cannot hold, kept as it was written. Made by `JSON.rawJSON`. */
export interface RawNumber {
  readonly rawJSON: string;
}

/** A value of DuckDB's serialised syntax tree. */
export type Ast = null | boolean | number | string | RawNumber | readonly Ast[] | AstNode;
/** An object of the tree. Keys are DuckDB's own, so a plain object is safe: see `parseAst` on `__proto__`. */
export interface AstNode {
  readonly [key: string]: Ast;
}

/** Longest serialised tree that is looked at; a statement of the largest accepted length stays below it. */
const MAX_AST_CHARACTERS = 64 * 1024 * 1024;

/**
 * Reads a serialised tree without losing digits: integers beyond 2^53 stay as text, so that the rebuilt statement
 * holds the same literals as the one that was sent.
 *
 * @throws {QueryError} QUERY_UNSUPPORTED if it is no JSON, too long, or has a member named `__proto__`
 */
export function parseAst(text: string): Ast {
  if (text.length > MAX_AST_CHARACTERS) {
    throw new QueryError('QUERY_UNSUPPORTED', 'Cannot read syntax tree: the statement is too large');
  }
  try {
    // The third argument of a reviver is the source text of a primitive (ECMAScript 2026).
    return JSON.parse(text, function (this: unknown, key: string, value: unknown, context?: { source?: string }) {
      if (key === '__proto__') throw new Error('member named __proto__');
      if (typeof value !== 'number' || context?.source === undefined || String(value) === context.source) return value;
      return raw(context.source);
    } as (this: unknown, key: string, value: unknown) => unknown) as Ast;
  } catch (cause) {
    throw new QueryError('QUERY_UNSUPPORTED', 'Cannot read syntax tree: it is not the JSON that was expected', {
      cause,
    });
  }
}

/** The JSON text of a tree, numbers exactly as they came. */
export function formatAst(ast: Ast): string {
  return JSON.stringify(ast);
}

export function isNode(value: Ast | undefined): value is AstNode {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value);
}

export function isRawNumber(value: Ast | undefined): value is RawNumber {
  return (JSON as unknown as { isRawJSON(value: unknown): boolean }).isRawJSON(value);
}

function raw(source: string): RawNumber {
  return (JSON as unknown as { rawJSON(text: string): RawNumber }).rawJSON(source);
}

/** The text under a key, or the empty string. */
export function textOf(node: AstNode, key: string): string {
  const value = node[key];
  return typeof value === 'string' ? value : '';
}

/** The list under a key, or an empty one. */
export function listOf(node: AstNode, key: string): readonly Ast[] {
  const value = node[key];
  return Array.isArray(value) ? (value as readonly Ast[]) : [];
}

/** The texts of the list under a key. */
export function textsOf(node: AstNode, key: string): readonly string[] {
  return listOf(node, key).filter((item) => typeof item === 'string');
}

/** The nodes of the list under a key. */
export function nodesOf(node: AstNode, key: string): readonly AstNode[] {
  return listOf(node, key).filter((item) => isNode(item));
}

/** Calls `visit` with every object of a tree, outermost first; a visit that returns false leaves its inside out. */
export function walkAst(ast: Ast, visit: (node: AstNode) => boolean | void): void {
  if (Array.isArray(ast)) {
    for (const item of ast as readonly Ast[]) walkAst(item, visit);
  } else if (isNode(ast)) {
    if (visit(ast) === false) return;
    for (const key of Object.keys(ast)) walkAst(ast[key] as Ast, visit);
  }
}

import type { GovernedRelation } from '../relations.ts';
import type { Ast, AstNode } from './ast.ts';
import { isNode, listOf, textOf, walkAst } from './ast.ts';
import { truth } from './build.ts';
import { Refusal, shown } from './refusal.ts';
import type { Shape } from './shapes.ts';

/** @throws {Refusal} unless the call is of a built-in function on the list */
export function checkFunction(node: AstNode, allowed: ReadonlySet<string>): void {
  const name = textOf(node, 'function_name').toLowerCase();
  const schema = textOf(node, 'schema');
  const builtIn = (schema === '' || schema === 'main') && textOf(node, 'catalog') === '';
  if (builtIn && allowed.has(name) && node['export_state'] !== true) return;
  throw new Refusal(
    `function ${shown(name)}`,
    `function ${shown(name)} is not among those that statements may call`,
    'see docs/reference/sql.md for what is',
  );
}

/**
 * A column without a name is named by its text, and the text of a rebuilt subquery shows masks and filters: such a
 * column gets a name by its place.
 */
export function nameSubquery(item: Ast, index: number): Ast {
  if (!isNode(item) || textOf(item, 'alias') !== '') return item;
  let [nested, wildcard] = [false, false];
  walkAst(item, (node) => {
    if (node['class'] === 'SUBQUERY') nested = true;
    if (node['class'] === 'STAR') wildcard = true;
    return node['class'] !== 'SUBQUERY';
  });
  return nested && !wildcard ? { ...item, alias: `column_${index + 1}` } : item;
}

/** DuckDB writes CROSS JOIN as a comma, which binds differently once a further join follows. */
export function explicitCross(node: AstNode): AstNode {
  const left = node['left'];
  if (!isNode(left) || left['ref_type'] !== 'CROSS' || node['ref_type'] === 'CROSS') return node;
  return { ...node, left: { ...left, ref_type: 'REGULAR', condition: truth() } };
}

/** The refusal of a relation, the same whether it is there for others or not. */
export function unknownRelation(node: AstNode, visible: readonly GovernedRelation[]): Refusal {
  const name = [textOf(node, 'catalog_name'), textOf(node, 'schema_name'), textOf(node, 'table_name')]
    .filter(Boolean)
    .join('.');
  const names = visible.map((relation) => relation.name).join(', ');
  const hint = names === '' ? 'ask who administers the platform for a view' : `your views are ${names}`;
  return new Refusal(`relation ${shown(name)}`, `there is no view named ${shown(name)} for you`, hint);
}

/** The refusal of a private view in a statement that is not of the form which answers with noise. */
export function privateRelation(name: string): Refusal {
  return new Refusal(
    'private view',
    `${name} is private: it answers count, sum, avg and the like, in a statement of its own`,
    `write SELECT count(*) FROM ${name}; see docs/tasks/share-safely.md`,
  );
}

/** @throws {Refusal} if there is no such kind */
export function shapeOf(table: ReadonlyMap<string, Shape>, kind: string, what: string): Shape {
  const shape = table.get(kind);
  if (shape === undefined)
    throw new Refusal(`${what} ${shown(kind)}`, `the statement has an ${what} that is not allowed (${shown(kind)})`);
  return shape;
}

/** Inert data holds no query, expression or table of its own. */
export function inert(value: Ast): Ast {
  walkAst(value, (node) => {
    for (const key of ['class', 'function_name', 'table_name', 'node', 'expr', 'subquery']) {
      if (key in node) throw new Refusal('literal', 'the statement has a literal that is not one');
    }
  });
  return value;
}

/** @throws {Refusal} if the value is no object */
export function asNode(value: Ast): AstNode {
  if (!isNode(value)) throw new Refusal('statement', 'the statement has a part of an unknown form');
  return value;
}

/** @throws {Refusal} if the value is no list */
export function asList(value: Ast): readonly Ast[] {
  if (!Array.isArray(value)) throw new Refusal('statement', 'the statement has a part of an unknown form');
  return value as readonly Ast[];
}

/** The objects of a list that stands within an object; none where there is no such object. */
export function nodesUnder(node: AstNode, key: string, list: string): readonly AstNode[] {
  const holder = node[key];
  return isNode(holder) ? listOf(holder, list).map((item) => asNode(item)) : [];
}

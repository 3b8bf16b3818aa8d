import type { Grants, GovernedRelation, Relations } from '../relations.ts';
import type { Ast, AstNode } from './ast.ts';
import { listOf, textOf, textsOf } from './ast.ts';
import { describeCatalogue, listRelations } from './catalogue.ts';
import {
  asList,
  asNode,
  checkFunction,
  explicitCross,
  inert,
  privateRelation,
  nameSubquery,
  nodesUnder,
  shapeOf,
  unknownRelation,
} from './checks.ts';
import { FUNCTIONS, SESSION_WORDS, TABLE_FUNCTIONS } from './functions.ts';
import { collectMentions, takesAllColumns } from './mentions.ts';
import type { Mentions } from './mentions.ts';
import { Refusal, shown } from './refusal.ts';
import { buildSource, definedRelation, filterOf, openedRelation, planSource } from './relation-source.ts';
import { consentColumns, consentedRelation } from './consented.ts';
import * as shapes from './shapes.ts';
import type { Shape, Slot } from './shapes.ts';
import { CteScope } from './cte-scope.ts';
import { authorGrants, isCovered } from './view-sight.ts';

/** Deepest nesting of a statement; DuckDB's own parser stops at 1,000. */
const MAX_DEPTH = 400;
/** Views over views over … */
const MAX_VIEW_DEPTH = 8;

/** Where in a statement the rewriter is. */
interface Place {
  readonly ctes: CteScope | null;
  /** Whether every column of a query's result is taken, or only those that the statement names. */
  readonly takesAll: boolean;
  readonly depth: number;
}

/**
 * Rebuilds one statement, or one view's definition, out of allowed parts only.
 *
 * Every node must be of a known shape and every function on the list; every relation becomes a query over its granted
 * columns. What was read of which relation gathers in `used`.
 */
export class Rewriter {
  readonly #relations: Relations;
  readonly #grants: Grants;
  readonly #mentions: Mentions;
  readonly #used: Map<string, Set<string>>;
  readonly #views: readonly string[];
  /** What the subject itself has, within a view too. */
  readonly #subject: Grants;
  readonly #explains: boolean;
  readonly parameters = new Set<string>();
  /** Whether it reads rows or values, in a filter or a view, that the subject does not see. */
  veiled = false;

  constructor(
    relations: Relations,
    grants: Grants,
    mentions: Mentions,
    used: Map<string, Set<string>>,
    views: readonly string[] = [],
    subject: Grants = grants,
    explains = false,
  ) {
    this.#relations = relations;
    this.#grants = grants;
    this.#mentions = mentions;
    this.#used = used;
    this.#views = views;
    this.#subject = subject;
    this.#explains = explains;
  }

  /** The rebuilt query node of a statement whose whole result is taken, or of a view of which named columns are. */
  rewrite(query: AstNode, takesAll: boolean): AstNode {
    return this.#node(query, { ctes: null, takesAll, depth: 0 });
  }

  #node(node: AstNode, place: Place): AstNode {
    const shape = shapeOf(shapes.QUERY_NODES, textOf(node, 'type'), 'query');
    const scope = CteScope.open(place.ctes, nodesUnder(node, 'cte_map', 'map'));
    const inner = { ...place, ctes: scope, depth: deeper(place) };
    const rest = Object.fromEntries(Object.entries(node).filter(([key]) => key !== 'cte_map'));
    const rebuilt =
      textOf(node, 'type') === 'SELECT_NODE'
        ? this.#select(rest, shape, inner)
        : this.#setOperation(rest, shape, inner);
    return { ...rebuilt, cte_map: this.#ctes(scope, place) };
  }

  #select(node: AstNode, shape: Shape, place: Place): AstNode {
    const from = { ...place, takesAll: takesAllColumns(node, place.takesAll) };
    const { from_table: table, ...rest } = node;
    const rebuilt = this.#parts(rest, shape, place);
    const list = listOf(rebuilt, 'select_list').map((item, i) => nameSubquery(item, i));
    return { ...rebuilt, select_list: list, from_table: this.#slot('ref', table ?? null, from) };
  }

  #setOperation(node: AstNode, shape: Shape, place: Place): AstNode {
    // Columns meet by position or name, and a recursive query names itself on its right side.
    const own = textOf(node, 'cte_name');
    const ctes = own === '' ? place.ctes : CteScope.named(place.ctes, own);
    return this.#parts(node, shape, { ...place, ctes, takesAll: true });
  }

  /** Rebuilds the WITH queries last to first, when it is known what each of them is needed for. */
  #ctes(scope: CteScope | null, place: Place): Ast {
    const map: Ast[] = [];
    const own = scope === null || scope === place.ctes ? [] : scope.own(place.ctes);
    for (const cte of own) {
      const inner = { ctes: cte.before, takesAll: cte.takesAll, depth: deeper(place) };
      map.unshift({ key: cte.name, value: this.#parts(cte.definition, shapes.CTE, inner) });
    }
    return { map };
  }

  #parts(node: AstNode, shape: Shape, place: Place): AstNode {
    const rebuilt: Record<string, Ast> = {};
    for (const [key, value] of Object.entries(node)) {
      // A Map-like lookup: `constructor` and its like are no own members of a shape.
      const slot = Object.hasOwn(shape, key) ? shape[key] : undefined;
      if (slot === undefined)
        throw new Refusal(`part ${shown(key)}`, `the statement has a part that is not known (${shown(key)})`);
      rebuilt[key] = this.#slot(slot, value, place);
    }
    return rebuilt;
  }

  #slot(slot: Slot, value: Ast, place: Place): Ast {
    if (value === null) return null;
    switch (slot) {
      case 'data':
        return inert(value);
      case 'none':
        if (value === '' || (Array.isArray(value) && value.length === 0)) return value;
        throw new Refusal('clause', 'the statement has a clause that governed views do not have');
      case 'expr':
        return this.#expression(asNode(value), place);
      case 'ref':
        return this.#reference(asNode(value), place);
      case 'node':
        return this.#node(asNode(value), place);
      case 'query':
        return this.#parts(asNode(value), shapes.QUERY, place);
      case 'modifier': {
        const modifier = asNode(value);
        return this.#parts(modifier, shapeOf(shapes.MODIFIERS, textOf(modifier, 'type'), 'clause'), place);
      }
      case 'rows':
        return asList(value).map((row) => this.#slot('exprs', row, place));
      case 'ctes':
        throw new Refusal('clause', 'the statement has a WITH clause where none is known');
      case 'exprs':
        return asList(value).map((item) => this.#slot('expr', item, place));
      case 'modifiers':
        return asList(value).map((item) => this.#slot('modifier', item, place));
      case 'orders':
        return this.#list(value, shapes.ORDER, place);
      case 'cases':
        return this.#list(value, shapes.CASE_CHECK, place);
      case 'replacements':
        return this.#list(value, shapes.REPLACEMENT, place);
      case 'pivots':
        return this.#list(value, shapes.PIVOT_COLUMN, place);
      case 'entries':
        return this.#list(value, shapes.PIVOT_ENTRY, place);
    }
  }

  #list(value: Ast, shape: Shape, place: Place): Ast {
    return asList(value).map((item) => this.#parts(asNode(item), shape, place));
  }

  #expression(node: AstNode, place: Place): AstNode {
    const kind = textOf(node, 'class');
    const shape = shapeOf(shapes.EXPRESSIONS, kind, 'expression');
    const inner = { ...place, depth: deeper(place) };
    if (kind === 'FUNCTION' || kind === 'WINDOW') checkFunction(node, FUNCTIONS);
    if (kind === 'PARAMETER') this.parameters.add(textOf(node, 'identifier'));
    if (kind === 'COLUMN_REF') this.#checkColumn(node);
    if (kind !== 'SUBQUERY') return this.#parts(node, shape, inner);
    return this.#parts(node, shape, { ...inner, takesAll: !textOf(node, 'subquery_type').endsWith('EXISTS') });
  }

  #checkColumn(node: AstNode): void {
    const path = textsOf(node, 'column_names');
    const name = path.length === 1 ? (path[0] ?? '').toLowerCase() : '';
    if (!SESSION_WORDS.has(name)) return;
    for (const [relation, grant] of this.#grants) {
      if (this.#relations.has(relation) && grant.columns.some((column) => column.name.toLowerCase() === name)) return;
    }
    throw new Refusal(`function ${name}`, `${name} reads the session, which statements may not`);
  }

  #reference(node: AstNode, place: Place): AstNode {
    const kind = textOf(node, 'type');
    const shape = shapeOf(shapes.TABLE_REFS, kind, 'table expression');
    const inner = { ...place, depth: deeper(place) };
    switch (kind) {
      case 'BASE_TABLE':
        return this.#relation(this.#parts(node, shape, inner), inner);
      case 'TABLE_FUNCTION': {
        const call = asNode(node['function'] ?? null);
        checkFunction(call, TABLE_FUNCTIONS);
        const { function: _, ...rest } = node;
        return {
          ...this.#parts(rest, shape, inner),
          function: this.#parts(call, shapeOf(shapes.EXPRESSIONS, 'FUNCTION', ''), inner),
        };
      }
      case 'SUBQUERY':
        return this.#parts(node, shape, { ...inner, takesAll: place.takesAll || this.#isTakenWhole(node) });
      case 'JOIN':
        return explicitCross(this.#parts(node, shape, inner));
      case 'PIVOT':
        return this.#parts(node, shape, { ...inner, takesAll: true });
      case 'SHOW_REF':
        return this.#show(node, shape, { ...inner, takesAll: true });
      default:
        return this.#parts(node, shape, inner);
    }
  }

  #isTakenWhole(node: AstNode): boolean {
    const alias = (textOf(node, 'alias') || textOf(node, 'table_name')).toLowerCase();
    return listOf(node, 'column_name_alias').length > 0 || this.#mentions.rowReferences.has(alias);
  }

  #relation(node: AstNode, place: Place): AstNode {
    const schema = textOf(node, 'schema_name').toLowerCase();
    const name = textOf(node, 'table_name');
    const takesAll = place.takesAll || this.#isTakenWhole(node);
    if (textOf(node, 'catalog_name') !== '') throw unknownRelation(node, this.#visible());
    if (schema === '') {
      const cte = place.ctes?.find(name);
      if (cte !== undefined) {
        if (takesAll) cte.takeAll();
        return node;
      }
    }
    if (schema === 'information_schema') {
      const answer = describeCatalogue(name, this.#visible(), this.#grants, node);
      if (answer !== null) return answer;
    }
    const relation = schema === '' || schema === 'main' ? this.#find(name) : undefined;
    const grant = relation === undefined ? undefined : this.#grants.get(relation.name);
    if (relation === undefined || grant === undefined) throw unknownRelation(node, this.#visible());
    if (relation.private !== undefined) throw privateRelation(relation.name);
    const source = planSource(relation, grant, takesAll ? null : this.#mentions.spelled);
    const { from, exposed } = this.#source(relation, source.read);
    if (exposed || filterOf(relation, grant) !== null) this.veiled = true;
    return buildSource(relation, grant, source, from, node, exposed);
  }

  /**
   * What a relation's rows come from: the opened relation, or a view's definition with its author's sight. A view is
   * exposed where it is made from rows or values that the subject could not ask for itself.
   */
  #source(relation: GovernedRelation, read: readonly string[]): { from: AstNode; exposed: boolean } {
    if (relation.definition === null) {
      this.#use(relation.name, read);
      const opened = openedRelation(relation);
      // How a statement would run is shown without rows, and so without whom they are about.
      if (relation.consent === undefined || this.#explains) return { from: opened, exposed: false };
      this.#use(relation.name, consentColumns(relation));
      return { from: consentedRelation(relation, opened), exposed: true };
    }
    if (this.#views.length >= MAX_VIEW_DEPTH || this.#views.includes(relation.name)) {
      throw new Refusal(
        `view ${relation.name}`,
        `view ${relation.name} is defined by too many other views or by itself`,
      );
    }
    const query = asNode(relation.definition['node'] ?? null);
    const used = new Map<string, Set<string>>();
    const inner = new Rewriter(
      this.#relations,
      authorGrants(relation, this.#relations, this.#subject),
      collectMentions(query, read),
      used,
      [...this.#views, relation.name],
      this.#subject,
    );
    const rebuilt = inner.rewrite(query, false);
    if (inner.veiled) this.veiled = true;
    if (inner.parameters.size > 0) throw new Refusal(`view ${relation.name}`, `view ${relation.name} has parameters`);
    for (const [name, columns] of used) this.#use(name, columns);
    const byConsent = [...used.keys()].some((name) => this.#relations.get(name)?.consent !== undefined);
    const exposed = this.#views.length === 0 && (!isCovered(used, this.#subject) || (byConsent && !this.#explains));
    if (exposed && this.#explains) {
      throw new Refusal(
        'EXPLAIN',
        `EXPLAIN would show how view ${relation.name} is made, of more than you see`,
        'explain statements over what the view is made from, where you may query it',
      );
    }
    return { from: definedRelation(rebuilt), exposed };
  }

  #use(relation: string, columns: Iterable<string>): void {
    const used = this.#used.get(relation) ?? new Set();
    for (const column of columns) used.add(column);
    this.#used.set(relation, used);
  }

  #show(node: AstNode, shape: Shape, place: Place): AstNode {
    if (node['query'] !== null) return this.#parts(node, shape, place);
    if (textOf(node, 'table_name').replaceAll('"', '').toLowerCase() === 'tables') {
      return listRelations(this.#visible(), textOf(node, 'alias'));
    }
    throw new Refusal('SHOW', 'SHOW answers SHOW TABLES only', 'name the view: DESCRIBE my_view');
  }

  #find(name: string): GovernedRelation | undefined {
    return (
      this.#relations.get(name) ??
      [...this.#relations.values()].find((r) => r.name.toLowerCase() === name.toLowerCase())
    );
  }

  /** Relations that exist for the subject. */
  #visible(): readonly GovernedRelation[] {
    return [...this.#relations.values()].filter((r) => (this.#grants.get(r.name)?.columns.length ?? 0) > 0);
  }
}

function deeper(place: Place): number {
  if (place.depth >= MAX_DEPTH) throw new Refusal('nesting', 'the statement is nested too deeply');
  return place.depth + 1;
}

import { CLASSES, stricterClass } from '#base/core/index.ts';
import type { Class } from '#base/core/index.ts';
import type { Relations } from '../relations.ts';
import type { Ast, AstNode } from './ast.ts';
import { isNode, listOf, nodesOf, textOf, textsOf } from './ast.ts';
import { hasAggregate } from './is-aggregate.ts';

/** What is known of a column by where it comes from. */
export interface ColumnFact {
  /** Empty where the engine names the column. */
  readonly name: string;
  readonly class: Class;
  readonly unit: string | null;
}

/** What a query gives, as far as its tree tells. */
export interface Lineage {
  /** Columns in order; null where their number shows at run time only. */
  readonly columns: readonly ColumnFact[] | null;
  /** The strictest class of what its columns may be made from, conditions included. */
  readonly strictest: Class;
}

/** An item of FROM, or a WITH query. Opaque where its columns are not known: any of them may be of its class. */
interface Item extends Lineage {
  readonly alias: string;
}

interface Scope {
  readonly items: readonly Item[];
  readonly outer: Scope | null;
}

const MILDEST: Class = CLASSES[0];

/** Functions whose result has the unit of their first argument. */
const KEEPS_UNIT = new Set(
  (
    'min max avg mean median mode sum any_value arbitrary first last first_value last_value lag lead nth_value quantile ' +
    'quantile_cont quantile_disc approx_quantile stddev stddev_pop stddev_samp mad abs round floor ceil trunc greatest least'
  ).split(' '),
);

/**
 * The class and unit of each column of a query: the strictest class of the columns that it is made from and of those
 * that decide which rows it sees; the unit where the value is one of a column's own.
 *
 * What is not understood counts as everything that is in reach.
 *
 * @param query a `SELECT` node that passed the gate
 */
export function traceLineage(query: AstNode, relations: Relations): Lineage {
  return new Tracer(relations).node(query, new Map(), null);
}

type Ctes = ReadonlyMap<string, Lineage>;

class Tracer {
  readonly #relations: Relations;

  constructor(relations: Relations) {
    this.#relations = relations;
  }

  node(node: AstNode, outerCtes: Ctes, outer: Scope | null): Lineage {
    const ctes = new Map(outerCtes);
    for (const entry of nodesOf(asNode(node['cte_map']), 'map')) {
      const definition = asNode(entry['value']);
      const made = this.node(asNode(asNode(definition['query'])['node']), ctes, outer);
      ctes.set(textOf(entry, 'key').toLowerCase(), renamed(made, textsOf(definition, 'aliases')));
    }
    if (node['type'] === 'SELECT_NODE') return this.#select(node, ctes, outer);
    if (node['type'] === 'RECURSIVE_CTE_NODE') return this.#recursive(node, ctes, outer);
    const left = this.node(asNode(node['left']), ctes, outer);
    const right = this.node(asNode(node['right']), ctes, outer);
    return textOf(node, 'setop_type').includes('BY_NAME') ? opaque([left, right]) : merged(left, right);
  }

  #recursive(node: AstNode, ctes: Ctes, outer: Scope | null): Lineage {
    const own = textOf(node, 'cte_name').toLowerCase();
    const aliases = textsOf(node, 'aliases');
    let known = this.node(asNode(node['left']), ctes, outer);
    // Classes only grow, and there are few of them.
    for (let round = 0; round <= CLASSES.length; round++) {
      const inner = new Map(ctes).set(own, renamed(known, aliases));
      const next = merged(known, this.node(asNode(node['right']), inner, outer));
      if (sameClasses(next, known)) return next;
      known = next;
    }
    return opaque([known]);
  }

  #select(node: AstNode, ctes: Ctes, outer: Scope | null): Lineage {
    const found: Item[] = [];
    const joins: Ast[] = [];
    this.#reference(asNode(node['from_table']), ctes, outer, found, joins);
    const scope: Scope = { items: found, outer };
    const deciding = ['where_clause', 'group_expressions', 'having', 'qualify', 'modifiers'].map(
      (key) => node[key] ?? null,
    );
    const list = nodesOf(node, 'select_list');
    const aliases = new Map(list.map((item) => [textOf(item, 'alias').toLowerCase(), item]));
    const classOf = (value: Ast): Class => this.#classOf(value, ctes, scope, aliases);
    // GROUP BY ALL groups by what is no aggregate.
    const groupsByAll = textOf(node, 'aggregate_handling') === 'FORCE_AGGREGATES';
    const keys = groupsByAll ? list.filter((item) => !hasAggregate(item)) : [];
    const conditions = [...deciding, ...joins, ...keys].map((value) => classOf(value)).reduce(stricterClass, MILDEST);
    const columns: ColumnFact[] = [];
    let countable = true;
    for (const item of list) {
      const facts = this.#item(item, scope, classOf);
      if (facts === null) countable = false;
      else columns.push(...facts.map((fact) => ({ ...fact, class: stricterClass(fact.class, conditions) })));
    }
    if (countable) return { columns, strictest: strictestOf(columns.map((fact) => ({ strictest: fact.class }))) };
    const everything = [...found.map(({ strictest }) => strictest), classOf(list), conditions];
    return { columns: null, strictest: everything.reduce(stricterClass, MILDEST) };
  }

  /** The columns that one item of a select list gives; null where that shows at run time only. */
  #item(item: AstNode, scope: Scope, classOf: (value: Ast) => Class): readonly ColumnFact[] | null {
    if (item['class'] !== 'STAR') {
      const name = textOf(item, 'alias') || (textsOf(item, 'column_names').at(-1) ?? '');
      return hasWildcard(item) ? null : [{ name, class: classOf(item), unit: unitOf(item, scope) }];
    }
    const plain = item['columns'] === false && item['expr'] === null;
    const renames = listOf(item, 'rename_list').length + listOf(item, 'qualified_exclude_list').length;
    const relation = textOf(item, 'relation_name').toLowerCase();
    const items = scope.items.filter(({ alias }) => relation === '' || alias.toLowerCase() === relation);
    if (!plain || renames > 0 || items.length !== 1 || items[0]?.columns === null) return null;
    const excluded = new Set(textsOf(item, 'exclude_list').map((name) => name.toLowerCase()));
    const replaced = new Map(
      nodesOf(item, 'replace_list').map((entry) => [textOf(entry, 'key').toLowerCase(), entry['value'] ?? null]),
    );
    return (items[0]?.columns ?? [])
      .filter(({ name }) => !excluded.has(name.toLowerCase()))
      .map((fact) => {
        const value = replaced.get(fact.name.toLowerCase());
        return value === undefined ? fact : { name: fact.name, class: classOf(value), unit: null };
      });
  }

  #reference(ref: AstNode, ctes: Ctes, outer: Scope | null, items: Item[], joins: Ast[]): void {
    const named = (lineage: Lineage): void => {
      const alias = textOf(ref, 'alias') || textOf(ref, 'table_name');
      items.push({ ...renamed(lineage, textsOf(ref, 'column_name_alias')), alias });
    };
    // An item may refer to those before it.
    const scope: Scope = { items, outer };
    const classOf = (value: Ast): Class => this.#classOf(value, ctes, scope, new Map());
    switch (textOf(ref, 'type')) {
      case 'EMPTY':
        return;
      case 'BASE_TABLE':
        return named(this.#relation(ref, ctes));
      case 'SUBQUERY':
        return named(this.node(asNode(asNode(ref['subquery'])['node']), ctes, scope));
      case 'JOIN':
        this.#reference(asNode(ref['left']), ctes, outer, items, joins);
        this.#reference(asNode(ref['right']), ctes, outer, items, joins);
        joins.push(ref['condition'] ?? null);
        // USING and NATURAL name columns of both sides: as references they stand for either.
        for (const name of textsOf(ref, 'using_columns')) joins.push(reference(name));
        if (ref['ref_type'] === 'NATURAL') items.push({ alias: '', columns: [], strictest: strictestOf(items) });
        return;
      case 'SHOW_REF': {
        const query = ref['query'];
        return named(isNode(query) ? opaque([this.node(query, ctes, scope)]) : { columns: null, strictest: MILDEST });
      }
      case 'PIVOT': {
        const inner: Item[] = [];
        this.#reference(asNode(ref['source']), ctes, outer, inner, joins);
        return named({ columns: null, strictest: strictestOf(inner) });
      }
      default:
        return named({ columns: null, strictest: classOf([ref['function'] ?? null, ref['values'] ?? null]) });
    }
  }

  #relation(ref: AstNode, ctes: Ctes): Lineage {
    const name = textOf(ref, 'table_name').toLowerCase();
    const cte = textOf(ref, 'schema_name') === '' ? ctes.get(name) : undefined;
    if (cte !== undefined) return cte;
    const relation = [...this.#relations.values()].find((each) => each.name.toLowerCase() === name);
    // What is no relation of the subject's describes relations only, such as SHOW TABLES.
    if (relation === undefined) return { columns: null, strictest: MILDEST };
    const columns = relation.columns.map(({ name: column, class: cls, unit }) => ({ name: column, class: cls, unit }));
    return { columns, strictest: strictestOf(columns.map((column) => ({ strictest: column.class }))) };
  }

  /** The strictest class of all columns that an expression reaches, in queries within it too. */
  #classOf(value: Ast, ctes: Ctes, scope: Scope, aliases: ReadonlyMap<string, AstNode>): Class {
    if (Array.isArray(value)) {
      return (value as readonly Ast[])
        .map((item) => this.#classOf(item, ctes, scope, aliases))
        .reduce(stricterClass, MILDEST);
    }
    if (!isNode(value)) return MILDEST;
    if (value['class'] === 'COLUMN_REF') return this.#resolve(value, ctes, scope, aliases);
    if (value['class'] === 'STAR' || value['class'] === 'POSITIONAL_REFERENCE') {
      return stricterClass(strictestOf(scope.items), this.#classOf(Object.values(value), ctes, scope, aliases));
    }
    if (value['class'] === 'SUBQUERY' && isNode(value['subquery'])) {
      const inner = this.node(asNode(value['subquery']['node']), ctes, scope).strictest;
      return stricterClass(inner, this.#classOf(value['child'] ?? null, ctes, scope, aliases));
    }
    return this.#classOf(Object.values(value), ctes, scope, aliases);
  }

  #resolve(ref: AstNode, ctes: Ctes, scope: Scope, aliases: ReadonlyMap<string, AstNode>): Class {
    const parts = textsOf(ref, 'column_names').map((part) => part.toLowerCase());
    let found: Class | null = null;
    const meet = (cls: Class): void => {
      found = found === null ? cls : stricterClass(found, cls);
    };
    for (let each: Scope | null = scope; each !== null; each = each.outer) {
      for (const item of each.items) {
        if (item.columns === null || (parts.length === 1 && parts[0] === item.alias.toLowerCase()))
          meet(item.strictest);
        for (const fact of item.columns ?? []) if (parts.includes(fact.name.toLowerCase())) meet(fact.class);
      }
    }
    const named = parts.length === 1 ? aliases.get(parts[0] ?? '') : undefined;
    if (named !== undefined) {
      // Without the name itself, which an alias like its own column would ask for again.
      const others = new Map([...aliases].filter(([alias]) => alias !== parts[0]));
      meet(this.#classOf({ ...named, alias: '' }, ctes, scope, others));
    }
    return found ?? everythingIn(scope);
  }
}

function unitOf(item: AstNode, scope: Scope): string | null {
  if (item['class'] === 'COLUMN_REF') {
    const [name, ...more] = textsOf(item, 'column_names').toReversed();
    if (more.length > 1) return null;
    const units = scope.items
      .filter(({ alias }) => more[0] === undefined || alias.toLowerCase() === more[0].toLowerCase())
      .flatMap(({ columns }) => columns ?? [])
      .filter((fact) => fact.name.toLowerCase() === name?.toLowerCase());
    return units.length === 1 ? (units[0]?.unit ?? null) : null;
  }
  const keeps =
    (item['class'] === 'FUNCTION' || item['class'] === 'WINDOW') &&
    KEEPS_UNIT.has(textOf(item, 'function_name').toLowerCase());
  const [first] = nodesOf(item, 'children');
  return keeps && first !== undefined ? unitOf(first, scope) : null;
}

function renamed(lineage: Lineage, names: readonly string[]): Lineage {
  if (names.length === 0 || lineage.columns === null) return lineage;
  const columns = lineage.columns.map((fact, i) => ({ ...fact, name: names[i] ?? fact.name }));
  return { ...lineage, columns };
}

function merged(left: Lineage, right: Lineage): Lineage {
  const strictest = stricterClass(left.strictest, right.strictest);
  if (left.columns === null || left.columns.length !== right.columns?.length) return { columns: null, strictest };
  const columns = left.columns.map((fact, i) => {
    const other = right.columns?.[i];
    const unit = fact.unit === other?.unit ? fact.unit : null;
    return { name: fact.name, class: stricterClass(fact.class, other?.class ?? strictest), unit };
  });
  return { columns, strictest };
}

function opaque(parts: readonly Lineage[]): Lineage {
  return { columns: null, strictest: strictestOf(parts) };
}

function sameClasses(a: Lineage, b: Lineage): boolean {
  const classes = (lineage: Lineage) => lineage.columns?.map((fact) => fact.class).join() ?? null;
  return a.strictest === b.strictest && classes(a) === classes(b);
}

function strictestOf(parts: readonly { readonly strictest: Class }[]): Class {
  return parts.map(({ strictest }) => strictest).reduce(stricterClass, MILDEST);
}

/** A name that nothing explains (a parameter of a lambda mostly) may stand for anything in reach. */
function everythingIn(scope: Scope): Class {
  const outer = scope.outer === null ? MILDEST : everythingIn(scope.outer);
  return stricterClass(strictestOf(scope.items), outer);
}

function hasWildcard(value: Ast): boolean {
  if (Array.isArray(value)) return (value as readonly Ast[]).some((item) => hasWildcard(item));
  if (!isNode(value)) return false;
  if (value['class'] === 'STAR') return true;
  return !(value['class'] === 'SUBQUERY') && Object.values(value).some((member) => hasWildcard(member));
}

function reference(name: string): AstNode {
  return { class: 'COLUMN_REF', type: 'COLUMN_REF', alias: '', column_names: [name] };
}

function asNode(value: Ast | undefined): AstNode {
  return isNode(value) ? value : {};
}

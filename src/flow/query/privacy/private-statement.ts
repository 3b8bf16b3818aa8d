import type { Parameters } from '../execute/plan.ts';
import type { Ast, AstNode } from '../gate/ast.ts';
import { formatAst, isNode, listOf, nodesOf, parseAst, textOf, textsOf } from '../gate/ast.ts';
import { Refusal, shown } from '../gate/refusal.ts';
import { refuse } from '../gate/gate-statement.ts';
import type { RefusedStatement } from '../gate/gate-statement.ts';
import type { GovernedRelation, Grants, PrivateColumn, PrivateView, Relations } from '../relations.ts';
import { columnNameOf, compilePredicate, constantOf, refusal } from './private-predicate.ts';
import type { PrivatePredicate, TimeBounds } from './private-predicate.ts';

/** What answers may be grouped by: a column whose values are listed, a step of time, or a bin of a range. */
export type PrivateKey =
  | { readonly by: 'value'; readonly column: PrivateColumn; readonly values: readonly string[] }
  | { readonly by: 'time'; readonly column: PrivateColumn; readonly step: number; readonly starts: readonly number[] }
  | { readonly by: 'bin'; readonly column: PrivateColumn; readonly bins: number };

/** A question that is answered with noise. */
export type Aggregate =
  | { readonly ask: 'count'; readonly column: PrivateColumn | null }
  | { readonly ask: 'sum'; readonly column: PrivateColumn }
  | { readonly ask: 'mean'; readonly column: PrivateColumn }
  | { readonly ask: 'variance'; readonly column: PrivateColumn; readonly sample: boolean; readonly root: boolean }
  | { readonly ask: 'quantile'; readonly column: PrivateColumn; readonly at: number };

/** A column of the answer. Bins have two: where they begin, and where they end. */
export type PrivateOutput = { readonly name: string } & (
  | { readonly is: 'key'; readonly key: number; readonly end?: true }
  | { readonly is: 'aggregate'; readonly aggregate: Aggregate }
);

/** A statement over a private view, taken apart. */
export interface PrivateStatement {
  readonly view: PrivateView;
  readonly keys: readonly PrivateKey[];
  readonly outputs: readonly PrivateOutput[];
  /** A condition in SQL over the view's columns; null for none. */
  readonly where: string | null;
  /** When the rows that it reads were received, as far as it says so. */
  readonly received: TimeBounds;
  /** Outputs to order by. */
  readonly order: readonly { readonly output: number; readonly descending: boolean }[];
  readonly limit: number | null;
}

/** Groups of an answer at most. */
export const MOST_GROUPS = 10_000;

/** The same where each group has a tree of counts. */
const MOST_SEARCHES = 500;

const STEPS: ReadonlyMap<string, number> = new Map([
  ['minute', 60_000_000],
  ['hour', 3_600_000_000],
  ['day', 86_400_000_000],
]);
const ASKS = 'count, sum, avg, variance, stddev, median, quantile and histogram';
const FORM = 'write SELECT key, count(*), avg(x) FROM view WHERE … GROUP BY key; see docs/reference/sql.md';

/**
 * The private view that a statement asks; null where it asks none by itself. What names one in any other way does not
 * pass the gate.
 */
export function privateViewOf(ast: string, relations: Relations, grants: Grants): GovernedRelation | null {
  const query = queryOf(ast);
  const from = query?.['from_table'];
  if (!isNode(from ?? null) || (from as AstNode)['type'] !== 'BASE_TABLE') return null;
  const name = textOf(from as AstNode, 'table_name').toLowerCase();
  const found = [...relations.values()].find((relation) => relation.name.toLowerCase() === name);
  return found?.private !== undefined && grants.has(found.name) ? found : null;
}

/**
 * Takes a statement over a private view apart: keys, aggregates, a condition, an order. Pure; what is not known is
 * refused.
 *
 * @param visible names of the view's columns that the subject sees in clear
 */
export function readPrivateStatement(
  ast: string,
  view: PrivateView,
  visible: ReadonlySet<string>,
  parameters: Parameters,
): PrivateStatement | RefusedStatement {
  try {
    const query = queryOf(ast);
    if (query === null) throw refusal('it is not a query', FORM);
    return new Reader(query, view, visible, parameters).read();
  } catch (error) {
    if (error instanceof Refusal) return refuse(error.what, error.message, error.hint);
    throw error;
  }
}

class Reader {
  readonly #query: AstNode;
  readonly #view: PrivateView;
  readonly #visible: ReadonlySet<string>;
  readonly #parameters: Parameters;
  readonly #tables: readonly string[];
  #predicate: PrivatePredicate | null = null;
  readonly #keys: PrivateKey[] = [];
  /** What each key and output was written as, to find it again in ORDER BY. */
  readonly #written = new Map<string, number>();
  readonly #outputs: PrivateOutput[] = [];

  constructor(query: AstNode, view: PrivateView, visible: ReadonlySet<string>, parameters: Parameters) {
    this.#query = query;
    this.#view = view;
    this.#visible = visible;
    this.#parameters = parameters;
    const from = query['from_table'] as AstNode;
    this.#tables = [textOf(from, 'table_name'), textOf(from, 'alias')].map((name) => name.toLowerCase());
  }

  read(): PrivateStatement {
    this.#requireForm();
    const where = this.#query['where_clause'];
    const columnOf = (node: AstNode): PrivateColumn => this.#column(node);
    if (isNode(where ?? null)) this.#predicate = compilePredicate(where as AstNode, columnOf, this.#parameters);
    const items = nodesOf(this.#query, 'select_list');
    const grouped = this.#grouping(items);
    for (const item of items) this.#output(item, grouped);
    if ([...(grouped ?? [])].some((form) => !this.#written.has(form)))
      throw refusal('what is grouped by is selected too', FORM);
    if (!this.#outputs.some(({ is }) => is === 'aggregate'))
      throw refusal(`rows of ${this.#view.name} are never shown`, FORM);
    const groups = this.#keys.reduce((product, key) => product * groupsOf(key), 1);
    if (groups > MOST_GROUPS) throw refusal(`the answer would have ${groups} groups, more than ${MOST_GROUPS}`, FORM);
    const searches = this.#outputs.some((output) => output.is === 'aggregate' && output.aggregate.ask === 'quantile');
    if (searches && groups > MOST_SEARCHES)
      throw refusal(`quantiles of ${groups} groups are more than ${MOST_SEARCHES}`, FORM);
    const received = this.#view.columns.find(({ name }) => name === 'received');
    return {
      view: this.#view,
      keys: this.#keys,
      outputs: this.#outputs,
      where: this.#predicate?.sql ?? null,
      received: (received && this.#predicate?.bounds.get(received.name)) ?? { from: null, to: null },
      ...this.#modifiers(items),
    };
  }

  #requireForm(): void {
    const from = this.#query['from_table'] as AstNode;
    const plain =
      from['sample'] === null &&
      listOf(from, 'column_name_alias').length === 0 &&
      ['having', 'qualify', 'sample'].every((key) => (this.#query[key] ?? null) === null) &&
      listOf(this.#query['cte_map'] as AstNode, 'map').length === 0 &&
      listOf(this.#query, 'group_sets').length <= 1;
    if (!plain) throw refusal('a private view is asked by SELECT, WHERE, GROUP BY, ORDER BY and LIMIT alone', FORM);
  }

  #column(node: AstNode): PrivateColumn {
    const name = columnNameOf(node, this.#tables)?.toLowerCase() ?? null;
    const found = this.#view.columns.find((column) => column.name.toLowerCase() === name);
    if (found === undefined || !this.#visible.has(found.name))
      throw refusal(`${this.#view.name} has no column ${shown(name ?? '')} for you`);
    return found;
  }

  /** The written forms of what is grouped by; null where everything that is no aggregate is (GROUP BY ALL). */
  #grouping(items: readonly AstNode[]): ReadonlySet<string> | null {
    if (textOf(this.#query, 'aggregate_handling') === 'FORCE_AGGREGATES') return null;
    return new Set(
      nodesOf(this.#query, 'group_expressions').map((node) => {
        const place = node['class'] === 'CONSTANT' ? constantOf(node, []) : null;
        const byPlace = typeof place === 'number' ? items[place - 1] : undefined;
        const alias = node['class'] === 'COLUMN_REF' ? columnNameOf(node, this.#tables) : null;
        const byAlias = items.find((item) => textOf(item, 'alias') !== '' && textOf(item, 'alias') === alias);
        return written(byPlace ?? byAlias ?? node);
      }),
    );
  }

  #output(item: AstNode, grouped: ReadonlySet<string> | null): void {
    const place = this.#outputs.length;
    const form = written(item);
    const key = this.#keyOf(item);
    if (key !== null) {
      if (grouped !== null && !grouped.has(form))
        throw refusal(`${nameOf(item)} is neither grouped by nor an aggregate`, FORM);
      this.#written.set(form, place);
      this.#outputs.push({ is: 'key', key: this.#keys.push(key) - 1, name: nameOf(item) });
      return;
    }
    const bins = this.#histogramOf(item);
    if (bins !== null) {
      const at = this.#keys.push(bins) - 1;
      this.#outputs.push(
        { is: 'key', key: at, name: 'bin_from' },
        { is: 'key', key: at, end: true, name: 'bin_to' },
        { is: 'aggregate', aggregate: { ask: 'count', column: bins.column }, name: textOf(item, 'alias') || 'count' },
      );
      return;
    }
    this.#written.set(form, place);
    this.#outputs.push({ is: 'aggregate', aggregate: this.#aggregateOf(item), name: nameOf(item) });
  }

  #keyOf(item: AstNode): PrivateKey | null {
    if (item['class'] === 'COLUMN_REF') {
      const column = this.#column(item);
      if (column.keys !== null) return { by: 'value', column, values: column.keys };
      throw refusal(
        `${shown(column.name)} has no keys: which values there are would tell of single rows`,
        'list them under `keys` of the view, or as the `enum` of the field; times are grouped by date_trunc',
      );
    }
    if (item['class'] !== 'FUNCTION' || textOf(item, 'function_name').toLowerCase() !== 'date_trunc') return null;
    const [part, of] = nodesOf(item, 'children');
    const word = part === undefined ? null : constantOf(part, this.#parameters);
    const step = STEPS.get(String(word).toLowerCase());
    const column = this.#column(of?.['class'] === 'COLUMN_REF' ? of : {});
    if (step === undefined || column.type !== 'time')
      throw refusal('times are grouped by date_trunc of minute, hour or day', FORM);
    const { from, to } = this.#predicate?.bounds.get(column.name) ?? { from: null, to: null };
    if (from === null || to === null) {
      throw refusal(
        `grouping by ${shown(column.name)} needs to know which times`,
        `add WHERE ${column.name} >= '2026-01-01' AND ${column.name} < '2026-02-01'`,
      );
    }
    const first = Math.floor(from / step);
    const count = Math.max(0, Math.ceil(to / step) - first);
    if (count > MOST_GROUPS) throw refusal(`the answer would have ${count} groups, more than ${MOST_GROUPS}`, FORM);
    return { by: 'time', column, step, starts: Array.from({ length: count }, (_, i) => (first + i) * step) };
  }

  #histogramOf(item: AstNode): Extract<PrivateKey, { by: 'bin' }> | null {
    if (!isCall(item) || textOf(item, 'function_name').toLowerCase() !== 'histogram') return null;
    const [of, count] = nodesOf(item, 'children');
    const column = this.#column(of?.['class'] === 'COLUMN_REF' ? of : {});
    const bins = count === undefined ? 10 : Number(constantOf(count, this.#parameters));
    requireRange(column);
    if (!Number.isInteger(bins) || bins < 1 || bins > MOST_GROUPS)
      throw refusal('a histogram has a whole number of bins', 'write histogram(x, 20)');
    return { by: 'bin', column, bins };
  }

  #aggregateOf(item: AstNode): Aggregate {
    const name = isCall(item) ? textOf(item, 'function_name').toLowerCase() : '';
    const [first, second, ...more] = nodesOf(item, 'children');
    const plain = isCall(item) && item['filter'] === null && item['distinct'] === false && more.length === 0;
    const ordered = isNode(item['order_bys'] ?? null) && listOf(item['order_bys'] as AstNode, 'orders').length > 0;
    if (!plain || ordered) throw refusal(`a private view answers ${ASKS} of a column`, FORM);
    if (name === 'count_star') return { ask: 'count', column: null };
    const quantiles = ['quantile', 'quantile_cont', 'quantile_disc', 'approx_quantile'];
    if (second !== undefined && !quantiles.includes(name))
      throw refusal(`a private view answers ${ASKS} of a column`, FORM);
    const column = first?.['class'] === 'COLUMN_REF' ? this.#column(first) : null;
    if (column === null)
      throw refusal(`a private view answers ${ASKS} of a column, and works nothing out before`, FORM);
    if (name === 'count') return { ask: 'count', column };
    requireRange(column);
    const spread = SPREADS.get(name);
    if (spread !== undefined) return { ask: 'variance', column, ...spread };
    if (name === 'sum') return { ask: 'sum', column };
    if (name === 'avg' || name === 'mean') return { ask: 'mean', column };
    if (name === 'median') return { ask: 'quantile', column, at: 0.5 };
    const at = quantiles.includes(name) && second !== undefined ? Number(constantOf(second, this.#parameters)) : NaN;
    if (at >= 0 && at <= 1) return { ask: 'quantile', column, at };
    throw refusal(`a private view answers ${ASKS}`, FORM);
  }

  #modifiers(items: readonly AstNode[]): Pick<PrivateStatement, 'order' | 'limit'> {
    let order: PrivateStatement['order'] = [];
    let limit: number | null = null;
    for (const modifier of nodesOf(this.#query, 'modifiers')) {
      const kind = textOf(modifier, 'type');
      if (kind === 'ORDER_MODIFIER') order = nodesOf(modifier, 'orders').map((each) => this.#orderOf(each, items));
      else if (kind === 'LIMIT_MODIFIER' && isNode(modifier['limit'] ?? null) && modifier['offset'] === null) {
        limit = Number(constantOf(modifier['limit'] as AstNode, this.#parameters));
        if (!Number.isInteger(limit) || limit < 0) throw refusal('LIMIT is a whole number', FORM);
      } else throw refusal('a private view is asked by SELECT, WHERE, GROUP BY, ORDER BY and LIMIT alone', FORM);
    }
    return { order, limit };
  }

  #orderOf(order: AstNode, items: readonly AstNode[]): PrivateStatement['order'][number] {
    const node = order['expression'];
    const descending = textOf(order, 'type') === 'DESCENDING';
    if (!isNode(node ?? null)) throw refusal('an answer is ordered by its columns', FORM);
    const expression = node as AstNode;
    const place = expression['class'] === 'CONSTANT' ? Number(constantOf(expression, [])) - 1 : -1;
    const alias = expression['class'] === 'COLUMN_REF' ? columnNameOf(expression, this.#tables) : null;
    const named = this.#outputs.findIndex(({ name }) => name.toLowerCase() === alias?.toLowerCase());
    const byPlace = items[place] === undefined ? -1 : place;
    const output = byPlace >= 0 ? byPlace : named >= 0 ? named : (this.#written.get(written(expression)) ?? -1);
    if (output < 0) throw refusal('an answer is ordered by its columns', FORM);
    return { output, descending };
  }
}

const SPREADS: ReadonlyMap<string, { readonly sample: boolean; readonly root: boolean }> = new Map([
  ['variance', { sample: true, root: false }],
  ['var_samp', { sample: true, root: false }],
  ['var_pop', { sample: false, root: false }],
  ['stddev', { sample: true, root: true }],
  ['stddev_samp', { sample: true, root: true }],
  ['stddev_pop', { sample: false, root: true }],
]);

function groupsOf(key: PrivateKey): number {
  return key.by === 'bin' ? key.bins : key.by === 'time' ? key.starts.length : key.values.length;
}

function requireRange(column: PrivateColumn): void {
  const numeric = column.type === 'number' || column.type === 'integer';
  if (numeric && column.range !== null) return;
  throw refusal(
    `${shown(column.name)} has no bounds, so nothing says how much noise hides one person`,
    'give the field a `range` with both ends in the template',
  );
}

/** A call of a built-in function. */
function isCall(node: AstNode): boolean {
  return node['class'] === 'FUNCTION' && textOf(node, 'schema') === '' && textOf(node, 'catalog') === '';
}

function nameOf(item: AstNode): string {
  const alias = textOf(item, 'alias');
  if (alias !== '') return alias;
  if (item['class'] === 'COLUMN_REF') return textsOf(item, 'column_names').at(-1) ?? '';
  const inner = nodesOf(item, 'children').map((child) =>
    child['class'] === 'CONSTANT' ? String(constantOf(child, [])) : nameOf(child),
  );
  return `${textOf(item, 'function_name')}(${inner.join(', ')})`;
}

/** An expression without its place and alias, so that the same written twice is the same. */
function written(node: AstNode): string {
  const strip = (value: Ast): Ast => {
    if (Array.isArray(value)) return (value as readonly Ast[]).map(strip);
    if (!isNode(value)) return value;
    const kept = Object.entries(value).filter(([key]) => key !== 'query_location' && key !== 'alias');
    return Object.fromEntries(kept.map(([key, member]) => [key, strip(member)]));
  };
  return formatAst(strip(node)).toLowerCase();
}

function queryOf(ast: string): AstNode | null {
  const root = parseAst(ast);
  const [statement, ...more] = isNode(root) && root['error'] === false ? nodesOf(root, 'statements') : [];
  const node = statement?.['node'];
  return more.length === 0 && isNode(node ?? null) && (node as AstNode)['type'] === 'SELECT_NODE'
    ? (node as AstNode)
    : null;
}

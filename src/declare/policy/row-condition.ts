import type { FieldType } from '#base/core/index.ts';
import type { CedarExpression, CedarValue } from './cedar-engine.ts';
import { DEVICE_TYPE } from './row-columns.ts';
import type { RowAttributes } from './row-columns.ts';

/** A condition on a row: always, never, or where an SQL condition over its columns is met. */
export type RowCondition = boolean | { readonly sql: string; /** What it is the contrary of. */ readonly of?: string };

/** What a translation needs besides the expression. */
export interface RowContext {
  readonly attributes: RowAttributes;
  /** Columns that the row has and no attribute stands for: nothing can be said of them. Null where no column is known. */
  readonly foreign: readonly string[] | null;
  /** An SQL condition that the device of the row is of one of some types; null where it cannot be written. */
  readonly isOfType: (types: readonly string[]) => string | null;
  /** Takes what has nothing to do with the row as settled: for finding out beforehand whether a policy can be applied. */
  readonly assumeRest?: boolean;
}

/** Raised inside of a translation, with what cannot be translated. */
class Untranslatable extends Error {}

type Constant = string | number | boolean | { readonly decimal: string } | { readonly millis: number } | Entity;
type Entity = { readonly entity: { readonly type: string; readonly id: string } };
type Term =
  | { readonly kind: 'constant'; readonly value: Constant }
  | { readonly kind: 'column'; readonly type: FieldType; readonly sql: string }
  | { readonly kind: 'device-type' }
  /** Something that is settled once a request is there. */
  | { readonly kind: 'open' };

type Node = Readonly<Record<string, unknown>>;
type Pair = { readonly left: CedarExpression; readonly right: CedarExpression };

/**
 * The condition on a row that an expression of Cedar is, in which `unknown("row")` stands for the row.
 *
 * An attribute is there where its column is not null. A number counts with four decimal places, as Cedar's decimals have,
 * and a time with milliseconds, so that a row meets the condition exactly where Cedar would say so of the row itself.
 *
 * @returns why it has no such condition, where what it says of the row is beyond comparing, listing and patterns
 */
export function rowCondition(
  expression: CedarExpression,
  context: RowContext,
): RowCondition | { readonly why: string } {
  try {
    return conditionOf(expression, context);
  } catch (error) {
    if (error instanceof Untranslatable) return { why: error.message };
    throw error;
  }
}

/** Both; either; not. Constants are folded, so that what is settled leaves no trace. */
export function both(left: RowCondition, right: RowCondition): RowCondition {
  if (left === false || right === false) return false;
  if (left === true) return right;
  return right === true ? left : { sql: `(${left.sql} AND ${right.sql})` };
}

export function either(left: RowCondition, right: RowCondition): RowCondition {
  if (left === true || right === true) return true;
  if (left === false) return right;
  return right === false ? left : { sql: `(${left.sql} OR ${right.sql})` };
}

export function not(condition: RowCondition): RowCondition {
  if (typeof condition === 'boolean') return !condition;
  const { sql, of } = condition;
  return of === undefined ? { sql: `(NOT ${sql})`, of: sql } : { sql: of };
}

function conditionOf(expression: CedarExpression, context: RowContext): RowCondition {
  const [operator = '', value] = Object.entries(expression as Node)[0] ?? [];
  const pair = value as Pair;
  switch (operator) {
    case 'Value':
      if (typeof value === 'boolean') return value;
      break;
    case '!':
      return not(conditionOf((value as { arg: CedarExpression }).arg, context));
    case '&&': {
      const left = conditionOf(pair.left, context);
      // As Cedar does: what stands behind a no is not looked at.
      return left === false ? false : both(left, conditionOf(pair.right, context));
    }
    case '||': {
      const left = conditionOf(pair.left, context);
      return left === true ? true : either(left, conditionOf(pair.right, context));
    }
    case 'if-then-else':
      return choose(value as { if: CedarExpression; then: CedarExpression; else: CedarExpression }, context);
    case 'has':
      if (isRow(pair.left)) return present((value as { attr: string }).attr, context);
      break;
    case '==':
      return equal(term(pair.left, context), term(pair.right, context), context);
    case '!=':
      return not(equal(term(pair.left, context), term(pair.right, context), context));
    case 'contains':
      return oneOf(term(pair.right, context), constantsOf(pair.left, context), context);
    case 'in':
      return oneOf(term(pair.left, context), constantsOf(pair.right, context), context);
    case 'like':
      return like(term(pair.left, context), (value as { pattern: readonly Piece[] }).pattern);
    case '.': {
      const flag = term(expression, context);
      if (flag.kind === 'column' && flag.type === 'boolean') return { sql: flag.sql };
      break;
    }
  }
  const comparison = COMPARISONS.get(operator);
  if (comparison !== undefined) {
    const [left, right] = (Array.isArray(value) ? value : [pair.left, pair.right]) as CedarExpression[];
    if (left !== undefined && right !== undefined)
      return compare(comparison, term(left, context), term(right, context));
  }
  if (context.assumeRest === true && !mentionsRow(expression)) return { sql: 'TRUE' };
  throw new Untranslatable(`\`${operator}\` on a row`);
}

function choose(
  { if: test, then, else: other }: { if: CedarExpression; then: CedarExpression; else: CedarExpression },
  context: RowContext,
): RowCondition {
  const condition = conditionOf(test, context);
  if (typeof condition === 'boolean') return conditionOf(condition ? then : other, context);
  const [yes, no] = [conditionOf(then, context), conditionOf(other, context)];
  return { sql: `(CASE WHEN ${condition.sql} THEN ${sqlOf(yes)} ELSE ${sqlOf(no)} END)` };
}

function present(attribute: string, { attributes, foreign }: RowContext): RowCondition {
  const type = attributes.get(attribute);
  if (type === DEVICE_TYPE) return true;
  if (type !== undefined) return { sql: `(${columnSql(attribute, type)} IS NOT NULL)` };
  if (foreign === null) throw new Untranslatable('a view whose columns only the running platform knows');
  if (foreign.includes(attribute)) throw new Untranslatable(`\`${attribute}\` has another type here`);
  return false;
}

function term(expression: CedarExpression, context: RowContext): Term {
  const access = (expression as { '.'?: { left: CedarExpression; attr: string } })['.'];
  if (access !== undefined && isRow(access.left)) {
    const type = context.attributes.get(access.attr);
    if (type === undefined) throw new Untranslatable(`\`${access.attr}\`, which rows of this view do not have`);
    return type === DEVICE_TYPE ? { kind: 'device-type' } : { kind: 'column', type, sql: columnSql(access.attr, type) };
  }
  const value = constantOf(expression);
  if (value !== null) return { kind: 'constant', value };
  if (context.assumeRest === true && !mentionsRow(expression)) return { kind: 'open' };
  throw new Untranslatable('something worked out of a row');
}

function equal(left: Term, right: Term, context: RowContext): RowCondition {
  if (left.kind === 'open' || right.kind === 'open') return { sql: 'TRUE' };
  if (left.kind === 'constant' && right.kind === 'constant') return same(left.value, right.value);
  if (left.kind === 'constant') return equal(right, left, context);
  if (right.kind === 'constant') return oneOf(left, [right.value], context);
  if (left.kind === 'column' && right.kind === 'column') {
    if (left.type !== right.type) return false;
    // Two times are compared by their milliseconds.
    const [a, b] = left.type === 'time' ? [millisSql(left.sql), millisSql(right.sql)] : [left.sql, right.sql];
    return { sql: `(${a} = ${b})` };
  }
  throw new Untranslatable('the type of a device beside a column');
}

/** Whether a term is among constants; what is of another type is not among them. */
function oneOf(left: Term, among: readonly Constant[] | null, context: RowContext): RowCondition {
  if (among === null || left.kind === 'open') return { sql: 'TRUE' };
  if (left.kind === 'constant') return among.some((value) => same(left.value, value));
  if (left.kind === 'device-type') {
    const types = among.flatMap((value) =>
      isEntity(value) && value.entity.type === 'DeviceType' ? [value.entity.id] : [],
    );
    if (types.length === 0) return false;
    const sql = context.isOfType(types);
    if (sql === null) throw new Untranslatable('a type with too many devices');
    return { sql };
  }
  if (left.type === 'time') {
    const times = among.flatMap((value) => (hasMillis(value) ? [value.millis] : []));
    return times.length === 0 ? false : { sql: `(${millisSql(left.sql)} IN (${times.join(', ')}))` };
  }
  const literals = among.flatMap((value) => literalOf(value, left.type) ?? []);
  return literals.length === 0 ? false : { sql: `(${left.sql} IN (${literals.join(', ')}))` };
}

type Order = '<' | '<=' | '>' | '>=';
/** Cedar compares whole numbers and times with signs, decimals with words. */
const COMPARISONS: ReadonlyMap<string, Order> = new Map([
  ['<', '<'],
  ['<=', '<='],
  ['>', '>'],
  ['>=', '>='],
  ['lessThan', '<'],
  ['lessThanOrEqual', '<='],
  ['greaterThan', '>'],
  ['greaterThanOrEqual', '>='],
]);
const ORDERED: readonly FieldType[] = ['integer', 'number', 'time'];
const MIRRORED: Readonly<Record<Order, Order>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

function compare(order: Order, left: Term, right: Term): RowCondition {
  if (left.kind === 'open' || right.kind === 'open') return { sql: 'TRUE' };
  if (left.kind === 'constant' && right.kind === 'column') return compare(MIRRORED[order], right, left);
  if (left.kind !== 'column' || !ORDERED.includes(left.type)) throw new Untranslatable('an order of what has none');
  const sqlIn = (column: string): string => (left.type === 'time' ? millisSql(column) : column);
  if (right.kind === 'column') return { sql: `(${sqlIn(left.sql)} ${order} ${sqlIn(right.sql)})` };
  if (right.kind !== 'constant') throw new Untranslatable('an order of what has none');
  const literal =
    hasMillis(right.value) && left.type === 'time' ? String(right.value.millis) : literalOf(right.value, left.type);
  if (literal === null) throw new Untranslatable('an order of different types');
  return { sql: `(${sqlIn(left.sql)} ${order} ${literal})` };
}

type Piece = 'Wildcard' | { readonly Literal: string };

function like(left: Term, pattern: readonly Piece[]): RowCondition {
  if (left.kind === 'open') return { sql: 'TRUE' };
  if (left.kind !== 'column' || left.type !== 'text') throw new Untranslatable('a pattern on what is no text');
  const text = pattern
    .map((piece) => (piece === 'Wildcard' ? '%' : piece.Literal.replaceAll(/[\\%_]/g, '\\$&')))
    .join('');
  return { sql: `(${left.sql} LIKE ${quoteText(text)} ESCAPE '\\')` };
}

/** The constants of a set, or of one value; null where they are settled later. */
function constantsOf(expression: CedarExpression, context: RowContext): readonly Constant[] | null {
  const set = (expression as { Set?: readonly CedarExpression[] }).Set;
  const listed = (expression as { Value?: unknown }).Value;
  const items = set ?? (Array.isArray(listed) ? listed.map((value: CedarValue) => ({ Value: value })) : [expression]);
  const values = items.map((item) => constantOf(item));
  if (!values.includes(null)) return values.filter((value) => value !== null);
  if (context.assumeRest === true && !mentionsRow(expression)) return null;
  throw new Untranslatable('a list that is worked out of a row');
}

function constantOf(expression: CedarExpression): Constant | null {
  const node = expression as Node;
  if ('Value' in node) {
    const { Value: value } = node;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
    const entity = (value as { __entity?: Entity['entity'] } | null)?.__entity;
    return entity === undefined ? null : { entity };
  }
  const decimal = textArgument(node['decimal']);
  if (decimal !== null) return DECIMAL.test(decimal) ? { decimal } : null;
  return millisOf(node);
}

const DECIMAL = /^-?[0-9]{1,15}\.[0-9]{1,4}$/;
const DURATION = /^(-?)([0-9]{1,15})ms$/;

/** A time that Cedar has worked out stands as a number of milliseconds from 1970 on. */
function millisOf(node: Node): { readonly millis: number } | null {
  const written = textArgument(node['datetime']);
  if (written !== null) {
    const parsed = Date.parse(written);
    return Number.isNaN(parsed) ? null : { millis: parsed };
  }
  const [base, by] = (node['offset'] ?? []) as readonly Node[];
  const from = base === undefined ? null : millisOf(base);
  const [, sign = '', count] = DURATION.exec(textArgument(by?.['duration']) ?? '') ?? [];
  return from === null || count === undefined ? null : { millis: from.millis + Number(`${sign}${count}`) };
}

function textArgument(argument: unknown): string | null {
  const [only] = (Array.isArray(argument) ? argument : []) as readonly Node[];
  const text = only?.['Value'];
  return typeof text === 'string' ? text : null;
}

function same(left: Constant, right: Constant): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function isEntity(value: Constant): value is Entity {
  return typeof value === 'object' && 'entity' in value;
}

function hasMillis(value: Constant): value is { readonly millis: number } {
  return typeof value === 'object' && 'millis' in value;
}

/** A constant as SQL, or null where it is of another type than the column. */
function literalOf(value: Constant, type: FieldType): string | null {
  if (type === 'text') return typeof value === 'string' ? quoteText(value) : null;
  if (type === 'boolean') return typeof value === 'boolean' ? String(value).toUpperCase() : null;
  if (type === 'integer') return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : null;
  const isDecimal = type === 'number' && typeof value === 'object' && 'decimal' in value;
  return isDecimal ? `CAST('${value.decimal}' AS DECIMAL(18, 4))` : null;
}

/** A column as Cedar sees its value; null where Cedar has no value for it. */
function columnSql(name: string, type: FieldType): string {
  const column = `"${name}"`;
  return type === 'number' ? `TRY_CAST(${column} AS DECIMAL(18, 4))` : column;
}

/** Whole milliseconds before or at a time. */
function millisSql(column: string): string {
  return `CAST(floor(epoch_us(${column}) / 1000) AS BIGINT)`;
}

function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function sqlOf(condition: RowCondition): string {
  return typeof condition === 'boolean' ? String(condition).toUpperCase() : condition.sql;
}

/** The row, as partial evaluation leaves it. */
function isRow(expression: CedarExpression): boolean {
  return textArgument((expression as Node)['unknown']) === 'row';
}

function mentionsRow(tree: unknown): boolean {
  if (Array.isArray(tree)) return tree.some((item) => mentionsRow(item));
  if (typeof tree !== 'object' || tree === null) return false;
  return isRow(tree as CedarExpression) || Object.values(tree).some((item) => mentionsRow(item));
}

import { formatMicros, micros, parseRfc3339 } from '#base/core/index.ts';
import type { FieldType } from '#base/core/index.ts';
import type { Ast, AstNode } from '../gate/ast.ts';
import { isNode, isRawNumber, nodesOf, textOf, textsOf } from '../gate/ast.ts';
import { Refusal, shown } from '../gate/refusal.ts';
import { quoteName, quoteText } from '../execute/engine.ts';
import type { Parameters } from '../execute/plan.ts';
import type { PrivateColumn } from '../relations.ts';

/** Times between which a statement's rows lie, in epoch microseconds; null for an open end. */
export interface TimeBounds {
  readonly from: number | null;
  /** Not included. */
  readonly to: number | null;
}

/** A condition in SQL that cannot fail on any row, and what it says of times. */
export interface PrivatePredicate {
  readonly sql: string;
  readonly bounds: ReadonlyMap<string, TimeBounds>;
}

const COMPARISONS: ReadonlyMap<string, string> = new Map([
  ['COMPARE_EQUAL', '='],
  ['COMPARE_NOTEQUAL', '<>'],
  ['COMPARE_LESSTHAN', '<'],
  ['COMPARE_LESSTHANOREQUALTO', '<='],
  ['COMPARE_GREATERTHAN', '>'],
  ['COMPARE_GREATERTHANOREQUALTO', '>='],
  ['COMPARE_DISTINCT_FROM', 'IS DISTINCT FROM'],
  ['COMPARE_NOT_DISTINCT_FROM', 'IS NOT DISTINCT FROM'],
]);
/** What a comparison is with its sides changed over. */
const TURNED: ReadonlyMap<string, string> = new Map([
  ['<', '>'],
  ['<=', '>='],
  ['>', '<'],
  ['>=', '<='],
]);
const TIME_TYPES: readonly string[] = ['TIMESTAMP', 'TIMESTAMP WITH TIME ZONE', 'DATE'];
const HINT = 'compare a column with a value, combined by AND, OR and NOT';

/**
 * Writes the WHERE of a private statement anew, out of comparisons of a column with a value of its own type.
 *
 * Whether a statement fails may tell of one row, past all noise: `1 / (x - 5)` does where a row has 5. So nothing is
 * taken over from the statement that works a value out, not even a cast.
 *
 * @throws {Refusal} where it holds anything else
 */
export function compilePredicate(
  where: AstNode,
  columnOf: (node: AstNode) => PrivateColumn,
  parameters: Parameters,
): PrivatePredicate {
  const bounds = new Map<string, TimeBounds>();
  const compile = (node: AstNode, required: boolean): string => {
    switch (textOf(node, 'class')) {
      case 'CONJUNCTION': {
        const and = textOf(node, 'type') === 'CONJUNCTION_AND';
        const parts = nodesOf(node, 'children').map((child) => compile(child, required && and));
        return `(${parts.join(and ? ' AND ' : ' OR ')})`;
      }
      case 'OPERATOR':
        return operator(node);
      case 'COMPARISON':
        return comparison(node, required);
      case 'BETWEEN': {
        const column = columnOf(asColumn(node['input']));
        const [low, high] = [valueOf(node['lower'], column), valueOf(node['upper'], column)];
        if (required) narrow(column, '>=', low);
        if (required) narrow(column, '<=', high);
        return `(${quoteName(column.name)} BETWEEN ${literal(low, column)} AND ${literal(high, column)})`;
      }
      case 'COLUMN_REF': {
        const column = columnOf(node);
        if (column.type !== 'boolean') throw refusal(`${shown(column.name)} is not true or false`);
        return quoteName(column.name);
      }
      default:
        throw refusal('a condition of a private view works nothing out');
    }
  };
  const operator = (node: AstNode): string => {
    const kind = textOf(node, 'type');
    const [first, ...rest] = nodesOf(node, 'children');
    if (first === undefined) throw refusal('a condition of a private view works nothing out');
    if (kind === 'OPERATOR_NOT') return `(NOT ${compile(first, false)})`;
    if (kind === 'OPERATOR_IS_NULL') return `(${quoteName(columnOf(asColumn(first)).name)} IS NULL)`;
    if (kind === 'OPERATOR_IS_NOT_NULL') return `(${quoteName(columnOf(asColumn(first)).name)} IS NOT NULL)`;
    if (kind !== 'COMPARE_IN' && kind !== 'COMPARE_NOT_IN')
      throw refusal('a condition of a private view works nothing out');
    const column = columnOf(asColumn(first));
    const values = rest.map((value) => literal(valueOf(value, column), column));
    return `(${quoteName(column.name)} ${kind === 'COMPARE_IN' ? '' : 'NOT '}IN (${values.join(', ')}))`;
  };
  const comparison = (node: AstNode, required: boolean): string => {
    const sign = COMPARISONS.get(textOf(node, 'type'));
    if (sign === undefined) throw refusal('a condition of a private view works nothing out');
    const leftIsColumn = isNode(node['left']) && node['left']['class'] === 'COLUMN_REF';
    const [side, other] = leftIsColumn ? [node['left'], node['right']] : [node['right'], node['left']];
    const column = columnOf(asColumn(side));
    const turned = leftIsColumn ? sign : (TURNED.get(sign) ?? sign);
    const value = valueOf(other, column);
    if (required) narrow(column, turned, value);
    return `(${quoteName(column.name)} ${turned} ${literal(value, column)})`;
  };
  const narrow = (column: PrivateColumn, sign: string, value: Value): void => {
    if (column.type !== 'time' || typeof value !== 'number') return;
    const { from, to } = bounds.get(column.name) ?? { from: null, to: null };
    const least = sign === '>' || sign === '>=' || sign === '=' ? Math.max(value, from ?? -Infinity) : from;
    const end = sign === '<' ? value : sign === '<=' || sign === '=' ? value + 1 : null;
    bounds.set(column.name, { from: least, to: end === null ? to : Math.min(end, to ?? Infinity) });
  };
  const valueOf = (value: Ast | undefined, column: PrivateColumn): Value =>
    fit(constantOf(isNode(value ?? null) ? (value as AstNode) : {}, parameters), column);
  return { sql: compile(where, true), bounds };
}

type Value = string | number | boolean;

/** The value that a literal, a literal of a named type, or a parameter has. */
export function constantOf(node: AstNode, parameters: Parameters): Value {
  if (node['class'] === 'CAST') {
    const to = isNode(node['cast_type']) ? textOf(node['cast_type'], 'id') : '';
    if (!isNode(node['child']) || !(TIME_TYPES.includes(to) || to === 'BOOLEAN')) throw refusal(NO_VALUE);
    const inner = constantOf(node['child'], parameters);
    return to === 'BOOLEAN' && typeof inner === 'string' ? inner === 't' || inner === 'true' : inner;
  }
  if (node['class'] === 'PARAMETER') {
    const name = textOf(node, 'identifier');
    const given = Array.isArray(parameters)
      ? (parameters as readonly unknown[])[Number(name) - 1]
      : (parameters as Readonly<Record<string, unknown>>)[name];
    if (typeof given === 'string' || typeof given === 'number' || typeof given === 'boolean') return given;
    throw refusal(NO_VALUE);
  }
  const literalNode = node['class'] === 'CONSTANT' ? node['value'] : undefined;
  if (!isNode(literalNode) || literalNode['is_null'] === true) throw refusal(NO_VALUE);
  const { value, type } = literalNode;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  const digits = isRawNumber(value) ? Number(value.rawJSON) : value;
  if (typeof digits !== 'number') throw refusal(NO_VALUE);
  const info = isNode(type) ? type['type_info'] : null;
  const scale = isNode(info ?? null) ? Number((info as AstNode)['scale'] ?? 0) : 0;
  return digits / 10 ** scale;
}

const NO_VALUE = 'a column of a private view is compared with values that are written out, and null is none (IS NULL)';

/** A value as the column has them: times in epoch microseconds. */
function fit(value: Value, { name, type }: PrivateColumn): Value {
  const fits: Readonly<Record<FieldType, boolean>> = {
    number: typeof value === 'number',
    integer: typeof value === 'number',
    boolean: typeof value === 'boolean',
    text: typeof value === 'string',
    time: typeof value === 'string',
  };
  if (!fits[type]) throw refusal(`${shown(name)} holds ${type}, and is compared with something else`);
  return type === 'time' ? timeOf(String(value), name) : value;
}

function timeOf(text: string, column: string): number {
  // What analysts write: a date, a time with or without a zone, with T or a blank.
  const whole = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00` : text.replace(' ', 'T');
  const time = parseRfc3339(/(?:Z|[+-]\d\d:\d\d)$/i.test(whole) ? whole : `${whole}Z`);
  if (time === null) throw refusal(`${shown(column)} is compared with ${shown(text)}, which is no time`);
  return time;
}

function literal(value: Value, { type }: PrivateColumn): string {
  if (type === 'time') return `CAST('${formatMicros(micros(Number(value)))}' AS TIMESTAMP WITH TIME ZONE)`;
  if (typeof value === 'string') return quoteText(value);
  if (typeof value === 'boolean') return String(value);
  return `CAST('${value}' AS DOUBLE)`;
}

function asColumn(node: Ast | undefined): AstNode {
  if (isNode(node ?? null) && (node as AstNode)['class'] === 'COLUMN_REF') return node as AstNode;
  throw refusal('a condition of a private view compares a column with a value');
}

/** The name that a column reference ends in, and whether it is of the view. */
export function columnNameOf(node: AstNode, aliases: readonly string[]): string | null {
  const path = textsOf(node, 'column_names');
  const [table, name] = path.length > 1 ? path : [null, path[0]];
  if (path.length > 2 || name === undefined) return null;
  return table === null || aliases.includes(table?.toLowerCase() ?? '') ? name : null;
}

export function refusal(why: string, hint: string = HINT): Refusal {
  return new Refusal('private view', why, hint);
}

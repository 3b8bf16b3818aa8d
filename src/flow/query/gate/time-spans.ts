import { isNode, listOf, nodesOf, textOf, walkAst } from './ast.ts';
import type { Ast, AstNode } from './ast.ts';
import {
  columnPath,
  givesRowByRow,
  innerQuery,
  isPresent,
  nameOf,
  openedName,
  starsOf,
  unwrapped,
} from './row-wise.ts';

/** Times of the rows of one mention of a relation that can show in an answer, in epoch microseconds; an open end takes all. */
export interface TimeSpan {
  readonly from: number | null;
  readonly to: number | null;
  /** Not older than so many microseconds before the statement runs. */
  readonly ago: number | null;
}

const TIME = 'time';
const ALWAYS: TimeSpan = { from: null, to: null, ago: null };
const DAY = 86_400_000_000;
/** The engine takes its `now()` after the segments were chosen, and a clock may have been set back in between. */
const CLOCK_SLACK = 60_000_000;
/** Conditions that are looked at in one WHERE. */
const MOST_CONDITIONS = 64;

/**
 * The spans of time that a rebuilt statement reads of each relation, one for each mention. What a span leaves out
 * changes no answer: only conditions on the column `time` itself count that every row must meet before it is grouped,
 * counted or cut, and only against literals and `now()` less an interval. Everything else reads all, which is always right.
 *
 * @param statement the tree that `gateStatement` rebuilt
 */
export function timeSpans(statement: AstNode): ReadonlyMap<string, readonly TimeSpan[]> {
  const narrowed = new Map<AstNode, TimeSpan>();
  walkAst(statement, (node) => {
    if (textOf(node, 'type') !== 'SELECT_NODE' || isPresent(node['sample'])) return;
    const from = node['from_table'];
    if (isNode(from)) narrow(from, conditionsOf(node['where_clause'] ?? null), narrowed);
  });
  const spans = new Map<string, TimeSpan[]>();
  walkAst(statement, (node) => {
    const name = openedName(node);
    if (name === null) return;
    const known = spans.get(name) ?? [];
    spans.set(name, [...known, narrowed.get(node) ?? ALWAYS]);
  });
  return spans;
}

/** Whether rows between two times may be among those that are read. @param now epoch microseconds */
export function mayRead(spans: readonly TimeSpan[], minTime: number, maxTime: number, now: number): boolean {
  return spans.some(({ from, to, ago }) => {
    const oldest = Math.max(from ?? -Infinity, ago === null ? -Infinity : now - ago - CLOCK_SLACK);
    return maxTime >= oldest && minTime <= (to ?? Infinity);
  });
}

/** Whether some mention reads rows of all times. */
export function isAll(spans: readonly TimeSpan[]): boolean {
  return spans.some(({ from, to, ago }) => from === null && to === null && ago === null);
}

/** A condition on a column of what is selected from. */
interface Condition {
  /** Alias that it names the column with, in lower case; empty where it names none. */
  readonly alias: string;
  /** Name of the column, in lower case. */
  readonly column: string;
  readonly span: TimeSpan;
}

/** Takes conditions inwards, as far as they say the same of each row there. */
function narrow(from: AstNode, conditions: readonly Condition[], narrowed: Map<AstNode, TimeSpan>): void {
  if (conditions.length === 0) return;
  const name = openedName(from);
  if (name !== null) {
    const own = conditions.filter(({ column }) => column === TIME);
    if (own.length > 0) {
      const span = own.reduce((sum, one) => both(sum, one.span), narrowed.get(from) ?? ALWAYS);
      narrowed.set(from, span);
    }
    return;
  }
  if (textOf(from, 'type') === 'JOIN') return narrowSides(from, conditions, narrowed);
  const inner = innerQuery(from);
  if (inner === null || !givesRowByRow(inner) || starsOf(inner).length > 0) return;
  const alias = textOf(from, 'alias').toLowerCase();
  const meant = conditions.filter((one) => one.alias === '' || one.alias === alias);
  const next = inner['from_table'];
  if (isNode(next)) narrow(next, meant.flatMap((one) => sourceOf(inner, one)), narrowed); // prettier-ignore
}

/** Sides of a join of which no row is made up where the other side has none. */
function narrowSides(join: AstNode, conditions: readonly Condition[], narrowed: Map<AstNode, TimeSpan>): void {
  const kind = textOf(join, 'join_type');
  if (kind !== 'INNER' && kind !== 'SEMI') return;
  if (!['REGULAR', 'CROSS'].includes(textOf(join, 'ref_type'))) return;
  for (const side of ['left', 'right']) {
    const from = join[side];
    if (!isNode(from) || (kind === 'SEMI' && side === 'right')) continue;
    const alias = textOf(from, 'alias').toLowerCase();
    // Without an alias it cannot be told which side is meant.
    const meant = textOf(from, 'type') === 'JOIN' ? conditions : conditions.filter((one) => one.alias === alias);
    narrow(from, meant.filter((one) => one.alias !== ''), narrowed); // prettier-ignore
  }
}

/** What a condition on a column of a query says of what the query is from: nothing where the column is made from others. */
function sourceOf(select: AstNode, { column, span }: Condition): readonly Condition[] {
  const items = nodesOf(select, 'select_list').filter((item) => nameOf(item) === column);
  const path = items.length === 1 ? columnPath(unwrapped(items[0]!)) : null;
  return path === null ? [] : [{ ...path, span }];
}

/** Conditions that all rows meet which a WHERE lets through. */
function conditionsOf(where: Ast): readonly Condition[] {
  if (!isNode(where)) return [];
  if (textOf(where, 'type') === 'CONJUNCTION_AND')
    return nodesOf(where, 'children').slice(0, MOST_CONDITIONS).flatMap((child) => conditionsOf(child)); // prettier-ignore
  if (textOf(where, 'type') === 'COMPARE_BETWEEN') {
    const path = isNode(where['input']) ? columnPath(where['input']) : null;
    if (path === null) return [];
    return [
      { ...path, span: spanOf('GREATER', where['lower'] ?? null) },
      { ...path, span: spanOf('LESS', where['upper'] ?? null) },
    ];
  }
  if (textOf(where, 'class') !== 'COMPARISON') return [];
  const [left, right] = [where['left'] ?? null, where['right'] ?? null];
  const kind = textOf(where, 'type');
  const word = /^COMPARE_(GREATERTHAN|LESSTHAN|EQUAL)(?:OREQUALTO)?$/.exec(kind)?.[1];
  if (word === undefined) return [];
  const mine = isNode(left) ? columnPath(left) : null;
  if (mine !== null) return [{ ...mine, span: spanOf(word, right) }];
  const other = isNode(right) ? columnPath(right) : null;
  const turned = { GREATERTHAN: 'LESSTHAN', LESSTHAN: 'GREATERTHAN' }[word] ?? word;
  return other === null ? [] : [{ ...other, span: spanOf(turned, left) }];
}

function spanOf(word: string, limit: Ast): TimeSpan {
  const at = isNode(limit) ? literalTime(limit) : null;
  const isLeast = !word.startsWith('LESS');
  const isMost = !word.startsWith('GREATER');
  return {
    from: isLeast ? at : null,
    to: isMost ? at : null,
    // An upper end that moves is left open.
    ago: isLeast && at === null && isNode(limit) ? agoOf(limit) : null,
  };
}

const FORM = /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2})(\.\d{1,6})?)?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/;
const ZONED = 'TIMESTAMP WITH TIME ZONE';

/**
 * A literal time in epoch microseconds, as the engine reads it in UTC; null for what is none.
 *
 * @param isZoned whether it is read as a point in time, so that a zone in it counts
 */
function literalTime(node: AstNode, isZoned = true): number | null {
  if (textOf(node, 'class') === 'CAST') {
    const type = isNode(node['cast_type']) ? textOf(node['cast_type'], 'id') : '';
    if (!['TIMESTAMP', ZONED, 'DATE'].includes(type) || !isNode(node['child'])) return null;
    const at = literalTime(node['child'], type === ZONED);
    return at === null || type !== 'DATE' ? at : Math.floor(at / DAY) * DAY;
  }
  const found = FORM.exec(literalText(node) ?? '');
  if (found === null) return null;
  const [year, month, day, hour, minute, second, fraction] = found.slice(1, 8).map((part) => Number(part ?? 0));
  // `Date.UTC` takes them for years of the twentieth century.
  if (year! < 100) return null;
  const zone = zoneMinutes(found[8] ?? 'Z');
  // What a time without a zone makes of one is left to the engine.
  if (zone !== 0 && !isZoned) return null;
  const seconds = Date.UTC(year!, month! - 1, day, hour, minute, second) / 1_000 - zone * 60;
  return seconds * 1_000_000 + Math.round(fraction! * 1_000_000);
}

/** Minutes that a zone is ahead of UTC. */
function zoneMinutes(zone: string): number {
  if (zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(':', '') || 0);
  return zone.startsWith('-') ? -minutes : minutes;
}

function literalText(node: AstNode): string | null {
  const value = textOf(node, 'class') === 'CONSTANT' ? node['value'] : null;
  return isNode(value ?? undefined) && typeof (value as AstNode)['value'] === 'string'
    ? ((value as AstNode)['value'] as string)
    : null;
}

/** Microseconds, none shorter than what is meant. */
const UNITS: Readonly<Record<string, number>> = {
  to_seconds: 1e6,
  to_minutes: 60e6,
  to_hours: 3_600e6,
  to_days: DAY,
  to_weeks: 7 * DAY,
  to_months: 31 * DAY,
  to_years: 366 * DAY,
};

/** How far `now() - interval` lies back; null for everything else. */
function agoOf(node: AstNode): number | null {
  if (isNow(node)) return 0;
  if (textOf(node, 'class') !== 'FUNCTION' || textOf(node, 'function_name') !== '-') return null;
  const [now, interval, ...others] = nodesOf(node, 'children');
  if (now === undefined || interval === undefined || others.length > 0 || !isNow(now)) return null;
  const unit = UNITS[textOf(interval, 'function_name')];
  if (unit === undefined || textOf(interval, 'class') !== 'FUNCTION') return null;
  const count = literalCount(nodesOf(interval, 'children')[0]);
  return count === null ? null : count * unit;
}

function isNow(node: AstNode): boolean {
  if (textOf(node, 'class') === 'FUNCTION')
    return textOf(node, 'function_name') === 'now' && listOf(node, 'children').length === 0;
  const path = columnPath(node);
  return path !== null && path.alias === '' && path.column === 'current_timestamp';
}

/** The number of an interval, within the casts and the rounding that the parser puts around it. */
function literalCount(node: AstNode | undefined): number | null {
  if (node === undefined) return null;
  const kind = textOf(node, 'class');
  if (kind === 'CAST' && isNode(node['child'])) return literalCount(node['child']);
  if (kind === 'FUNCTION' && textOf(node, 'function_name') === 'trunc')
    return literalCount(nodesOf(node, 'children')[0]);
  const value = kind === 'CONSTANT' ? node['value'] : null;
  const count = isNode(value ?? undefined) ? (value as AstNode)['value'] : null;
  const number = typeof count === 'string' && /^\d{1,9}$/.test(count) ? Number(count) : count;
  // A cast may round it up.
  return typeof number === 'number' && number >= 0 ? Math.ceil(number) : null;
}

function both(a: TimeSpan, b: TimeSpan): TimeSpan {
  const pick = (x: number | null, y: number | null, of: (...values: number[]) => number): number | null =>
    x === null || y === null ? (x ?? y) : of(x, y);
  return {
    from: pick(a.from, b.from, Math.max),
    to: pick(a.to, b.to, Math.min),
    ago: pick(a.ago, b.ago, Math.min),
  };
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CedarExpression } from './cedar-engine.ts';
import { both, either, not, rowCondition } from './row-condition.ts';
import type { RowContext } from './row-condition.ts';

const ROW = { unknown: [{ Value: 'row' }] } as unknown as CedarExpression;
const attribute = (attr: string) => ({ '.': { left: ROW, attr } }) as CedarExpression;
const value = (Value: unknown) => ({ Value }) as CedarExpression;
const pair = (operator: string, left: CedarExpression, right: CedarExpression) =>
  ({ [operator]: { left, right } }) as unknown as CedarExpression;
const CONTEXT: RowContext = {
  attributes: new Map([
    ['n', 'integer'],
    ['x', 'number'],
    ['on', 'boolean'],
    ['site', 'text'],
    ['at', 'time'],
    ['device_type', 'device_type'],
  ]),
  foreign: ['state'],
  isOfType: (types) => (types.includes('many') ? null : `T(${types.join()})`),
};
const read = (expression: CedarExpression, more: Partial<RowContext> = {}) => {
  const found = rowCondition(expression, { ...CONTEXT, ...more });
  return typeof found === 'boolean' ? found : 'why' in found ? `! ${found.why}` : found.sql;
};
/** Written as text: an object with a member `then` would pass for a promise. */
const branch = (test: CedarExpression, yes: CedarExpression, no: CedarExpression) => {
  const [a, b, c] = [test, yes, no].map((part) => JSON.stringify(part));
  return JSON.parse(`{"if-then-else":{"if":${a},"then":${b},"else":${c}}}`) as CedarExpression;
};
const has = (attr: string) => ({ has: { left: ROW, attr } }) as unknown as CedarExpression;

test('rowCondition() makes a comparison one of SQL, typed as Cedar types it', () => {
  const entity = value({ __entity: { type: 'DeviceType', id: 'reefer' } });
  const decimal = { decimal: [value('4.5')] } as unknown as CedarExpression;
  const time = {
    offset: [{ datetime: [value('1970-01-01')] }, { duration: [value('-1500ms')] }],
  } as unknown as CedarExpression;
  const table: [CedarExpression, string | boolean][] = [
    [pair('==', attribute('n'), value(5)), '("n" IN (5))'],
    [pair('<', attribute('n'), value(5)), '("n" < 5)'],
    [pair('<=', value(5), attribute('n')), '("n" >= 5)'],
    [pair('==', value("o'b"), attribute('site')), `("site" IN ('o''b'))`],
    [pair('==', attribute('site'), value(5)), false],
    [attribute('on'), '"on"'],
    [{ lessThan: [attribute('x'), decimal] }, `(TRY_CAST("x" AS DECIMAL(18, 4)) < CAST('4.5' AS DECIMAL(18, 4)))`],
    [pair('<', attribute('at'), time), '(CAST(floor(epoch_us("at") / 1000) AS BIGINT) < -1500)'],
    [pair('in', attribute('device_type'), entity), 'T(reefer)'],
    [pair('contains', { Set: [value('a'), value('b')] }, attribute('site')), `("site" IN ('a', 'b'))`],
    [has('site'), '("site" IS NOT NULL)'],
    [has('x'), '(TRY_CAST("x" AS DECIMAL(18, 4)) IS NOT NULL)'],
    [has('nothing'), false],
    [has('device_type'), true],
  ];
  for (const [expression, expected] of table) assert.equal(read(expression), expected);
});

test('rowCondition() makes the wildcard of a pattern one of SQL and nothing else', () => {
  const pattern = ['Wildcard', { Literal: '%' }, { Literal: '_' }, { Literal: '\\' }, { Literal: "'" }, 'Wildcard'];
  const like = { like: { left: attribute('site'), pattern } } as unknown as CedarExpression;
  assert.equal(read(like), `("site" LIKE '%\\%\\_\\\\''%' ESCAPE '\\')`);
});

test('rowCondition() folds what is settled, and looks at nothing behind a no', () => {
  const [yes, no] = [value(true), value(false)];
  const open = has('site');
  const strange = pair('+', attribute('n'), value(1));
  assert.equal(read(pair('&&', no, strange)), false);
  assert.equal(read(pair('||', yes, strange)), true);
  assert.equal(read(pair('&&', yes, open)), '("site" IS NOT NULL)');
  assert.equal(read({ '!': { arg: no } }), true);
  assert.equal(read(branch(no, strange, open)), '("site" IS NOT NULL)');
});

test('rowCondition() says what it cannot say in SQL', () => {
  const sum = pair('+', attribute('n'), value(1));
  const table: [CedarExpression, RegExp][] = [
    [pair('==', sum, value(2)), /worked out of a row/],
    [sum, /`\+` on a row/],
    [attribute('site'), /`\.` on a row/],
    [attribute('nothing'), /`nothing`, which rows of this view do not have/],
    [has('state'), /`state` has another type here/],
    [pair('<', attribute('site'), value('a')), /an order of what has none/],
    [pair('<', attribute('n'), value('a')), /order of different types/],
    [pair('==', attribute('device_type'), value({ __entity: { type: 'DeviceType', id: 'many' } })), /too many devices/],
    [pair('contains', { Set: [attribute('site')] }, attribute('site')), /list/],
    [ROW, /`unknown` on a row/],
  ];
  for (const [expression, why] of table) assert.match(String(read(expression)), why, JSON.stringify(expression));
  assert.match(String(read(has('nothing'), { foreign: null })), /only the running platform knows/);
});

test('rowCondition() takes what has nothing to do with the row as settled where that is asked', () => {
  const other = { '.': { left: { Var: 'principal' }, attr: 'name' } } as CedarExpression;
  const equal = pair('==', attribute('site'), other);
  assert.match(String(read(equal)), /^! /);
  assert.equal(read(equal, { assumeRest: true }), 'TRUE');
  assert.equal(read(pair('==', other, other), { assumeRest: true }), 'TRUE');
  assert.match(String(read(pair('==', pair('+', attribute('n'), other), value(1)), { assumeRest: true })), /^! /);
});

test('both(), either() and not() are those of logic', () => {
  const a = { sql: 'a' };
  const b = { sql: 'b' };
  assert.deepEqual(
    [both(a, b), either(a, b), not(a)],
    [{ sql: '(a AND b)' }, { sql: '(a OR b)' }, { sql: '(NOT a)', of: 'a' }],
  );
  assert.deepEqual(not(not(a)), a);
  assert.deepEqual([both(a, true), both(true, b), both(a, false), both(false, b)], [a, b, false, false]);
  assert.deepEqual([either(a, false), either(false, b), either(a, true), not(true)], [a, b, true, false]);
});

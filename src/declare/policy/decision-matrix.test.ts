import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTemplate } from '../../../test/support/make-template.ts';
import { ACTIONS } from './actions.ts';
import { decisionMatrix, diffMatrices } from './decision-matrix.ts';
import { DecisionPoint } from './decision-point.ts';
import { momentsOf } from './moments.ts';

const point = new DecisionPoint();
const yaml = (role: string) => `
devices: {d: {}}
streams: {s: {from: d, purposes: [q], fields: {x: {type: number}, y: {type: number, class: location}}}}
views: {v: {from: s, sql: select 1}}
tables: {t: {fields: {a: {type: text}}}}
people: {r: {${role}}}
`;
const matrix = (role: string, file?: string) => {
  const template = makeTemplate(
    `${yaml(role)}${file === undefined ? '' : 'policies: [f.cedar]\n'}`,
    file === undefined ? {} : { 'f.cedar': file },
  );
  return decisionMatrix(template, point);
};
const QUERY = 'query: [s, v], purposes: [q]';
const brief = (changes: ReturnType<typeof diffMatrices>) =>
  changes.map(({ effect, cell, gained, lost }) => [
    effect,
    cell.who,
    cell.action,
    cell.resource,
    cell.purpose,
    cell.strength,
    gained,
    lost,
  ]);

test('decisionMatrix() has every role, action, resource and purpose', () => {
  const cells = matrix(QUERY);
  for (const action of ACTIONS)
    assert.ok(
      cells.some((cell) => cell.action === action),
      action,
    );
  for (const who of ['role:r', 'operator', 'device:d'])
    assert.ok(
      cells.some((cell) => cell.who === who),
      who,
    );
  const data = cells.filter(({ who, action }) => who === 'role:r' && action === 'query');
  for (const resource of ['view:s', 'view:v', 'view:_events', 'view:_devices', 'view:_probe']) {
    const asked = data.filter((cell) => cell.resource === resource);
    assert.deepEqual(
      asked.map(({ purpose, strength }) => [purpose, strength]),
      [
        [null, 'bearer'],
        [null, 'multi-factor'],
        ['q', 'bearer'],
        ['q', 'multi-factor'],
      ],
    );
  }
});

test('decisionMatrix() agrees with a reference worked out from the template alone', () => {
  const granted = new Set(['view:s', 'view:v']);
  for (const { who, action, resource, allowed } of matrix(`${QUERY}, may: [audit, export]`)) {
    if (who !== 'role:r') continue;
    const expected =
      action === 'query' || action === 'export'
        ? granted.has(resource)
        : action === 'audit' && resource === 'platform:*';
    assert.equal(allowed !== null, expected, `${action} ${resource}`);
  }
});

test('diffMatrices() says what becomes allowed, denied, or shows something else', () => {
  assert.deepEqual(diffMatrices(matrix(QUERY), matrix(QUERY)), []);
  const may = brief(diffMatrices(matrix(QUERY), matrix(`${QUERY}, may: [audit]`)));
  assert.deepEqual(may, [
    ['allowed', 'role:r', 'audit', 'platform:*', null, 'bearer', ['yes'], []],
    ['allowed', 'role:r', 'audit', 'platform:*', null, 'multi-factor', ['yes'], []],
  ]);
  const back = diffMatrices(matrix(`${QUERY}, may: [audit]`), matrix(QUERY));
  assert.deepEqual(
    back.map(({ effect }) => effect),
    ['denied', 'denied'],
  );
  const sees = diffMatrices(matrix(QUERY), matrix(`${QUERY}, sees: [operational, location]`));
  assert.ok(sees.every(({ effect, lost }) => effect === 'changed' && lost.length === 0));
  assert.ok(sees.some(({ cell, gained }) => cell.resource === 'view:s' && gained.includes('y')));
  const rows = diffMatrices(matrix(QUERY), matrix(`${QUERY}, rows: {s: x > 1}`));
  assert.ok(rows.length > 0 && rows.every(({ cell }) => cell.rowFilter === '(x > 1)'));
});

test('diffMatrices() sees what a file of policies changes, and only for the sign-ins that it is about', () => {
  const forbid =
    'forbid (principal, action == Action::"audit", resource) unless { context has authentication && context.authentication == Strength::"multi-factor" };';
  const changes = brief(diffMatrices(matrix('may: [audit]'), matrix('may: [audit]', forbid)));
  assert.deepEqual(changes, [
    ['denied', 'role:r', 'audit', 'platform:*', null, 'bearer', [], ['yes']],
    ['denied', 'operator', 'audit', 'platform:*', null, 'bearer', [], ['yes']],
  ]);
});

test('diffMatrices() tells what a policy about the time of day would hide otherwise, and when it is so', () => {
  const night =
    'forbid (principal, action == Action::"query", resource == View::"s") unless { context has time && context.time.toTime() >= duration("6h") };';
  const [old, wider, open] = [
    [yaml('query: [v], purposes: [q]'), night],
    [yaml(QUERY), night],
    [yaml(QUERY), night.replace('"6h"', '"0h"')],
  ].map(([text = '', file = '']) => makeTemplate(`${text}policies: [f.cedar]\n`, { 'f.cedar': file }));
  const diff = (before: typeof old, after: typeof old) => {
    const templates = [before!, after!];
    const moments = momentsOf(templates.map((template) => point.policiesOf(template)));
    const [was = [], is = []] = templates.map((template) => decisionMatrix(template, point, moments));
    return diffMatrices(was, is)
      .filter(({ cell }) => cell.resource === 'view:s' && cell.strength === 'bearer' && cell.purpose === 'q')
      .map(({ effect, cell, when }) => [effect, cell.who, cell.action, when]);
  };
  assert.deepEqual(diff(old, wider), [['allowed', 'role:r', 'query', ['2024-10-04T06:00:01Z']]]);
  const early = diff(wider, open).filter(([, who]) => who === 'role:r');
  assert.deepEqual(
    early.map(([effect, , action]) => [effect, action]),
    [['allowed', 'query']],
  );
  assert.ok(
    early.some(([, , , when]) => JSON.stringify(when).includes('2024-10-04T05:59:59Z')),
    JSON.stringify(early),
  );
  const [without, granted] = ['query: [v], purposes: [q]', QUERY].map((role) => matrix(role));
  assert.ok(diffMatrices(without ?? [], granted ?? []).every(({ when }) => when === null));
});
